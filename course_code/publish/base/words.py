"""Words that the build itself puts on a page, in each language."""

LABELS = {
    "en": {
        "drawing": "The drawing code",
        "colab": "Open in Colab",
        "code": "Code",
        "solution": "Code and output",
        "notebook": "Download notebook",
        "script": "Download script",
        "copy": "Copy all code",
        "theorem": "theorem",
        "arithmetic": "arithmetic",
        "measured": "measured here",
        "literature": "literature",
        "ran": "Every code block, output, figure and result on this page comes from one run: "
        "{versions} on {device}; seeds {seeds}. Seconds per cell: {runs}.",
        "comma": ", ",
        "semicolon": "; ",
        "held": "held in {held} of {of} fresh repetitions",
        "changed": "not repeated since it changed",
        "never": "not repeated yet",
        "ledger": ("Lesson", "Claim", "Kind", "Here", "Bound", "Margin", "Repetitions"),
        "counts": "{numbers} numbers in the prose of {lessons} lessons come from their runs. "
        "{claims} claims are checked by machine: {kinds}. Of the {repeated} measured claims that "
        "were repeated since their lesson last changed, {steady} held every time, {nearly} in at "
        "least 19 of 20 repetitions, {fell} less often.",
        "count": "{kind} {count}",
        "fallen": "## Claims that fell {#fallen}",
        "frequency": "told as a frequency now",
        "gone": "no longer claimed",
        "none fell": "None has been recorded.",
    },
    "zh": {
        "drawing": "绘图代码",
        "colab": "在 Colab 中打开",
        "code": "代码",
        "solution": "代码与输出",
        "notebook": "下载笔记本",
        "script": "下载脚本",
        "copy": "复制全部代码",
        "theorem": "定理",
        "arithmetic": "算术",
        "measured": "本页实测",
        "literature": "文献",
        "ran": "本页的每段代码、输出、图和结果都来自同一次运行：{versions}，"
        "设备 {device}；随机种子 {seeds}。各单元用时（秒）见 {runs}。",
        "comma": "、",
        "semicolon": "；",
        "held": "{of} 次全新重复中 {held} 次成立",
        "changed": "改动后尚未重复",
        "never": "尚未重复",
        "ledger": ("课程", "结论", "类别", "本次结果", "界限", "余量", "重复检验"),
        "counts": "{lessons} 课的正文里有 {numbers} 个数直接取自运行结果。由程序检验的结论共 "
        "{claims} 条：{kinds}。改动之后重复检验过的实测结论有 {repeated} 条，其中每次都成立的 "
        "{steady} 条，20 次中至少成立 19 次的 {nearly} 条，低于这个比例的 {fell} 条。",
        "count": "{kind} {count} 条",
        "fallen": "## 没有站住的结论 {#fallen}",
        "frequency": "现在改写成频率",
        "gone": "已删去",
        "none fell": "目前没有记录。",
    },
}
