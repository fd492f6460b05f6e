"""A glossary of one term, for the courses that tests write."""


def glossary(taught: str) -> str:
    """Text of docs/glossary.yml, with the section that teaches the term."""
    return f"""- id: mean
  taught: {taught}
  en:
    term: mean
    definition: "The sum, shared equally."
  zh:
    term: 平均值
    pinyin: pingjunzhi
    definition: 总和的等分。
"""
