import matplotlib.pyplot as plt
import pytest
import torch

from course_code.draw.regions import draw_kinks, draw_points, draw_regions


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


X = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
y = torch.tensor([0, 1, 2, 2])


def test_points_keep_their_class_and_place(ax):
    draw_points(ax, X, y)
    drawn = [points.get_offsets().tolist() for points in ax.collections]
    assert drawn == [[[1.0, 0.0]], [[0.0, 1.0]], [[-1.0, 0.0], [0.0, -1.0]]]
    assert [text.get_text() for text in ax.texts] == ["0", "1", "2"]


def test_classes_differ_in_more_than_colour(ax):
    draw_points(ax, X, y)
    shapes = {tuple(points.get_paths()[0].vertices.ravel().tolist()) for points in ax.collections}
    assert len(shapes) == 3


def test_too_many_classes_are_refused(ax):
    with pytest.raises(ValueError, match="n_classes=5"):
        draw_points(ax, torch.zeros(5, 2), torch.arange(5))


def test_regions_are_the_right_way_up(ax):
    def logits(points):  # class 1 on the right and high, class 0 elsewhere
        inside = (points[:, 0] > 0.5) & (points[:, 1] > 0)
        return torch.stack((torch.full((len(points),), 0.5), inside.float()), dim=1)

    draw_regions(ax, logits, X, y.clamp(max=1), title="t", box=(-1, 1, -1, 1))
    image = ax.images[0].get_array()
    red = image[:, :, 0]  # differs between the two tints
    assert red[-1, -1] != red[0, 0]  # row -1 is high x2, column -1 is high x1
    assert red[-1, 0] == red[0, 0]
    assert red[0, -1] == red[0, 0]
    assert ax.get_title() == "t"


def test_regions_leave_the_model_alone(ax):
    model = torch.nn.Linear(2, 3)
    before = model.weight.detach().clone()
    draw_regions(ax, model, X, y)
    assert torch.equal(model.weight, before)
    assert model.weight.grad is None


def test_regions_of_a_single_class_have_no_border(ax):
    draw_regions(ax, lambda points: torch.tensor([[0.0, 1.0]]).expand(len(points), 2), X, y)
    assert len(ax.collections) == 3  # the points alone


def test_kinks_lie_where_units_switch(ax):
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    weight, bias = torch.tensor([[1.0, 2.0], [0.0, 3.0]]), torch.tensor([-1.0, 1.5])
    draw_kinks(ax, weight, bias)
    for line, w, b in zip(ax.lines, weight, bias, strict=True):
        for point in (line.get_xy1(), line.get_xy2()):
            assert (torch.tensor(point).dot(w) + b).item() == pytest.approx(0, abs=1e-6)
    assert ax.get_xlim() == (-2, 2)
