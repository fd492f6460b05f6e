import torch

from course_code.teach.device import device, generator


def test_device_can_hold_a_tensor():
    assert torch.ones(2, device=device()).sum().item() == 2


def test_device_prefers_cuda_then_mps_then_cpu(monkeypatch):
    found = []
    for cuda, mps in ((True, True), (False, True), (False, False)):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        found.append(device().type)
    assert found == ["cuda", "mps", "cpu"]


def test_generator_starts_a_stream_or_continues_one():
    one, other = generator(7), generator(7)
    first = torch.rand(3, generator=one)
    assert torch.equal(first, torch.rand(3, generator=other))
    assert generator(one) is one
    assert not torch.equal(first, torch.rand(3, generator=generator(one)))


def test_generator_leaves_the_global_stream_alone():
    before = torch.get_rng_state()
    torch.rand(3, generator=generator(0))
    assert torch.equal(torch.get_rng_state(), before)
