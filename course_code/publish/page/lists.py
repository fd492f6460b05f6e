"""Lists and tables made from all lessons, put where a page asks for them."""

from dataclasses import replace

from course_code.publish.base.course import Course
from course_code.publish.page.contents import all_lessons
from course_code.publish.page.errata import all_errata
from course_code.publish.page.ledger import all_claims
from course_code.publish.page.news import listed
from course_code.publish.page.parts import CourseList, Page
from course_code.publish.page.taught import all_terms
from course_code.publish.run.plan import Run

Pages = dict[tuple[str, str], Page]


def put_lists(
    course: Course, pages: Pages, parsed: Pages, runs: dict[str, Run], audited: dict[str, dict]
) -> Pages:
    """Write out every `::: list`; see each kind for the arguments.

    Args:
        course: whose claims fell, and whose terms are listed.
        pages: all pages by language and path, filled.
        parsed: the same before.
        runs: of the lessons.
        audited: the recorded audit of each lesson.

    Raises:
        CourseError: a mistake in docs/dropped.yml or docs/changes.yml.
    """

    def lessons(pages: Pages, language: str) -> dict[str, Page]:
        return {
            path: p for (lang, path), p in pages.items() if lang == language and p.lesson in runs
        }

    def written(part, page: Page):
        if not isinstance(part, CourseList):
            return part
        language = page.language
        if part.what == "glossary":
            return replace(part, text=all_terms(course, pages, language))
        own = lessons(pages, language)
        if part.what == "errata":
            return replace(part, text=all_errata(own, language))
        if part.what == "changes":
            return replace(part, text=listed(course, language))
        asked = lessons(parsed, language)
        if part.what == "lessons":
            by_name = [{p.lesson: p for p in found.values()} for found in (own, asked)]
            return replace(part, text=all_lessons(part, page, *by_name))
        return replace(part, text=all_claims(course, own, asked, runs, audited, language))

    return {
        key: replace(page, segments=tuple(written(part, page) for part in page.segments))
        for key, page in pages.items()
    }
