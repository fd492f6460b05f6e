import pytest
import torch

from course_code.teach.softmax import log_softmax, softmax, softmax_jacobian


def scores(scale, shape=(50, 7), dtype=torch.float64):
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=dtype)


@pytest.mark.parametrize("scale", [0, 1, 30, 1e4, 1e300])
def test_values_equal_those_of_torch(scale):
    z = scores(scale)
    torch.testing.assert_close(softmax(z), torch.softmax(z, -1))
    torch.testing.assert_close(log_softmax(z), torch.log_softmax(z, -1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_short_floats_neither_overflow_nor_lose_the_sum(dtype):
    z = scores(1000, dtype=torch.float32).to(dtype)
    for dim in (0, 1):
        p = softmax(z, dim=dim)
        assert p.dtype == dtype
        assert p.isfinite().all()
        totals = p.double().sum(dim)
        torch.testing.assert_close(totals, torch.ones_like(totals), rtol=0.02, atol=0)


def test_temperature_divides_the_scores():
    z = scores(10)
    torch.testing.assert_close(softmax(z, 4.0), torch.softmax(z / 4, -1))
    torch.testing.assert_close(log_softmax(z, 0.1), torch.log_softmax(z / 0.1, -1))
    assert softmax(z, 1e-6).amax(1).min() > 1 - 1e-9
    assert softmax(z, 1e9).amax() < 1 / 7 + 1e-6


@pytest.mark.parametrize("temperature", [0, -1.0, float("nan")])
@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_bad_temperatures_are_quoted(function, temperature):
    with pytest.raises(ValueError, match=f"temperature={temperature}"):
        function(torch.zeros(3), temperature)


@pytest.mark.parametrize("scale", [1, 50, 1e6])
def test_jacobian_equals_autograd_and_its_rows_cancel(scale):
    z = scores(scale, (4,))
    J = softmax_jacobian(torch.softmax(z, -1))
    torch.testing.assert_close(J, torch.func.jacrev(lambda z: torch.softmax(z, -1))(z))
    assert J.sum(1).abs().max() < 1e-12


def test_gradients_flow_through_ours_as_through_torchs():
    z = scores(5).requires_grad_()
    (ours,) = torch.autograd.grad(log_softmax(z)[:, 2].sum(), z)
    (theirs,) = torch.autograd.grad(torch.log_softmax(z, -1)[:, 2].sum(), z)
    torch.testing.assert_close(ours, theirs)
