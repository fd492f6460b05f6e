"""HTML read from its tags."""

from course_code.publish.base.elements import images, text_of


def test_text_stands_between_tags_whatever_is_left_open():
    assert text_of('</i>a &lt; <b title="x > y">b</b><p>c<!-- d --> &amp;') == "a < bc &"


def test_images_are_found_with_their_lines_but_not_in_comments():
    html = 'a\n<p><img\nalt="b" src=c></p>\n<!-- <img src=d> -->\n<img src="e"/>'
    assert list(images(html)) == [(1, {"alt": "b", "src": "c"}), (4, {"src": "e"})]
