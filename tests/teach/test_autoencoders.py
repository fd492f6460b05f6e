import pytest
import torch

from course_code.teach.autoencoders import encode, erase, principal, squares, train_autoencoder
from course_code.teach.ensemble import Ensemble
from course_code.teach.gradcheck import finite_differences


def blobs(n=60):
    """Rows (2, n, 5) that vary along two directions, and a little along the others."""
    rng = torch.Generator().manual_seed(0)
    codes = torch.randn(2, n, 2, generator=rng) * torch.tensor([2.0, 1.0])
    directions = torch.linalg.qr(torch.randn(2, 5, 2, generator=rng))[0]
    return codes @ directions.mT + 0.05 * torch.randn(2, n, 5, generator=rng), directions


def test_principal_finds_the_directions_in_which_rows_vary():
    X, wanted = blobs()
    mean, found = principal(X + 3, 2)
    torch.testing.assert_close(mean, X.mean(1, keepdim=True) + 3)
    eye = torch.eye(2).expand(2, -1, -1)
    torch.testing.assert_close(found.mT @ found, eye, atol=1e-5, rtol=0)
    angles = torch.linalg.svdvals(found.mT @ wanted)
    assert (angles > 0.999).all()


@pytest.mark.parametrize("k", [0, 6])
def test_principal_wants_a_number_that_exists(k):
    with pytest.raises(ValueError, match="k <= 5"):
        principal(blobs()[0], k)


def test_a_linear_one_comes_to_the_error_of_pca():
    X = blobs()[0]
    mean, directions = principal(X, 2)
    best = squares((X - mean) @ directions @ directions.mT + mean, X)
    net = Ensemble((5, 2, 5), "identity", seeds=(0, 1), init="xavier")
    history = train_autoencoder(net, X, 1500, lr=0.01)
    assert (squares(net.predict(X), X) < 1.1 * best).all()
    assert (history[0] > 100 * history[-1]).all()


def test_the_gradient_of_the_page_is_right():
    rng = torch.Generator().manual_seed(2)
    E, U, x = (
        torch.randn(*s, generator=rng, dtype=torch.float64) for s in ((2, 3), (3, 2), (3, 4))
    )

    def loss(theta):
        e, u = theta[:6].view(2, 3), theta[6:].view(3, 2)
        return (x - u @ e @ x).square().sum(0).mean()

    r = x - U @ E @ x
    slopes = torch.cat([(-2 / 4 * U.T @ r @ x.T).flatten(), (-2 / 4 * r @ (E @ x).T).flatten()])
    found = finite_differences(loss, torch.cat([E.flatten(), U.flatten()]), 1e-5)
    torch.testing.assert_close(slopes, found, rtol=1e-7, atol=1e-8)


def test_training_one_leaves_the_other_alone():
    X = blobs()[0]
    both = Ensemble((5, 3, 5), seeds=(0, 1), init="he")
    alone = Ensemble((5, 3, 5), seeds=(1,), init="he")
    train_autoencoder(both, X, 20, lr=0.01, batch_size=20)
    train_autoencoder(alone, X[1:], 20, lr=0.01, batch_size=20)
    torch.testing.assert_close(both.theta[1], alone.theta[0], rtol=1e-4, atol=1e-6)


def test_a_spoilt_input_has_a_whole_target():
    X = blobs()[0]
    net = Ensemble((5, 4, 5), seeds=(0, 1))
    rng = torch.Generator().manual_seed(0)
    loss = train_autoencoder(net, X, 1, lr=0.0, erased=0.5, rng=rng)
    spoilt = erase(X.mT, 0.5, torch.Generator().manual_seed(0))
    torch.testing.assert_close(loss[0], squares(net(spoilt), X.mT).detach())


def test_erase_takes_a_share_and_nothing_else():
    x = torch.ones(100, 100)
    found = erase(x, 0.3, torch.Generator().manual_seed(0))
    assert set(found.unique().tolist()) == {0.0, 1.0}
    assert found.mean().item() == pytest.approx(0.7, abs=0.015)
    assert (x == 1).all()


def test_codes_are_those_within_the_network():
    X = blobs()[0]
    net = Ensemble((5, 4, 2, 4, 5), "tanh", seeds=(0, 1))
    code = encode(net, X, 2)
    assert code.shape == (2, 60, 2)
    (W3, b3), (W4, b4) = net.layers[2:]
    out = torch.tanh(W3 @ code.mT + b3)
    torch.testing.assert_close((W4 @ out + b4).mT, net.predict(X))


@pytest.mark.parametrize("erased", [-0.1, 1.0, 0.5])
def test_what_is_erased_is_a_share_and_drawn(erased):
    net = Ensemble((5, 2, 5))
    with pytest.raises(ValueError, match="erased"):
        train_autoencoder(net, torch.ones(4, 5), 1, lr=0.1, erased=erased)
