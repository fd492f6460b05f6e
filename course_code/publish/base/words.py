"""Words that the build itself puts on a page, in each language."""

LABELS = {
    "en": {
        "drawing": "The drawing code",
        "colab": "Open in Colab",
        "preview": "View as notebook",
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
    },
    "zh": {
        "drawing": "绘图代码",
        "colab": "在 Colab 中打开",
        "preview": "查看笔记本",
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
    },
}
