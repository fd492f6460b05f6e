"""Tensors: what they hold, what operations make of dtype, shape and memory; what fails.

Runs every dtype, creator and operation that the original notes name, and the line that
failed for them, `m @ v`. Left out: GPUs beyond `.to(dev)`, sparse and quantized
tensors, speed in seconds.
"""

# %% name="setup"
import math
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.claims import check
from course_code.teach.device import device, generator


def attempt(action):
    """Run an action and print what came of it: a result, a warning or an error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome = f"works: {action()}"
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
    for warning in caught:
        outcome = f"{warning.category.__name__}: {warning.message}"
    style = {"max_lines": 2, "placeholder": " …", "break_on_hyphens": False}
    print(textwrap.indent(textwrap.fill(outcome, 74, **style), "  "))


SEEDS = range(20)
dev = device()  # an NVIDIA GPU, an Apple GPU, or the CPU
x = torch.ones(2, 3).to(dev)
print("a tensor on the", x.device.type)

# %% name="ladder"
m = torch.Tensor([[2, 5, 3, 7], [4, 2, 1, 9]])  # the class notebook's matrix
steps = {
    "tensor(666)": torch.tensor(666),
    "tensor([1, 2, 3])": torch.tensor([1, 2, 3]),
    "ones(2, 3)": torch.ones(2, 3),
    "ones(2, 3, 4)": torch.ones(2, 3, 4),
    "m": m,
    "Tensor(3)": torch.Tensor(3),  # a trap
}
print(f"{'':18}axes  shape      numbers")
for code, x in steps.items():
    print(f"{code:18}{x.ndim:4}  {str(tuple(x.shape)):10}{x.numel():8}")

print("\nas a Python number:", torch.tensor(666).item())

# %% name="indexing"
print(m.size(0), m.size(1), m.size(), sep=" -- ")
print("numel  ", m.numel())
print("m[0][2]", m[0][2], "  the same as m[0, 2]:", m[0, 2])
print("m[:, 1]", m[:, 1], " column 1, one axis less")
print("m[0, :]", m[0, :], " row 0")
column = m[:, [1]]
print("m[:, [1]]", column.tolist(), " a list keeps the axis:", tuple(column.shape))
print("m[m > 4] ", m[m > 4], " a mask")

# %% name="dtypes"
# the eight that the notes name, and four more
NAMED = ["float16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64"]
OTHERS = ["bool", "bfloat16", "complex64", "complex128"]

columns = f"{'bytes':>5}{'smallest':>13}{'largest':>13}{'eps':>9}"
print(f"{'dtype':11}{'in messages':15}{columns}")
for name in NAMED + OTHERS:
    dtype = getattr(torch, name)
    x = torch.empty(0, dtype=dtype)
    alias = x.type().removeprefix("torch.").removesuffix("Tensor")  # its old name
    limits = ""
    if dtype.is_floating_point or dtype.is_complex:
        info = torch.finfo(dtype)
        limits = f"{info.min:13.5g}{info.max:13.5g}{info.eps:9.1g}"
    elif dtype != torch.bool:
        limits = f"{torch.iinfo(dtype).min:13.5g}{torch.iinfo(dtype).max:13.5g}"
    print(f"{name:11}{alias:15}{x.element_size():5}{limits}")

kinds = {value for value in vars(torch).values() if isinstance(value, torch.dtype)}
n_dtypes = len(kinds)
print(f"\ndtypes in this version of PyTorch: {n_dtypes}")

# %% name="defaults"
for code in (
    "torch.tensor(1)",
    "torch.tensor(1.)",
    "torch.tensor(True)",
    "torch.tensor(1 + 2j)",
    "torch.Tensor([1])",
    "torch.tensor(np.ones(3))",
    "torch.arange(1, 5)",
    "torch.arange(1., 5)",
    "torch.tensor([1.5, 200.]).byte()",
    "torch.tensor([1.5, 200.]).double()",
):
    x = eval(code)
    print(f"{code:36}{x.dtype!s:17}{x.tolist()}")

# %% name="lost_dot" expect="RuntimeError"
v = torch.arange(1, 5)
m @ v

# %% name="found_dot"
print("m", m.dtype, " v", v.dtype)
print("m + v                ", (m + v).tolist())
print("m @ v.float()        ", m @ v.float())
print("m[[0], :] @ v.float()", m[[0], :] @ v.float())
print("m[[0], :] @ v")
attempt(lambda: m[[0], :] @ v)

start = torch.zeros(2)  # torch.addmv(start, m, v) is start + m @ v
print("addmv(start, m, v), start", start.dtype)
attempt(lambda: torch.addmv(start, m, v))

# %% name="grid"


def dtype_of(action, left, right):
    """Name the dtype of an operation on two 2×2 tensors; None if it fails."""
    x, y = (torch.ones(2, 2, dtype=getattr(torch, name)) for name in (left, right))
    try:
        return str(action(x, y).dtype).removeprefix("torch.")
    except RuntimeError:
        return None


actions = {"+": torch.add, "@": torch.matmul}
results = {
    sign: [[dtype_of(action, left, right) for right in NAMED] for left in NAMED]
    for sign, action in actions.items()
}
works = {}
for sign, rows in results.items():
    works[sign] = sum(result is not None for row in rows for result in row)
    print(f"{sign} works for {works[sign]} of {len(NAMED) ** 2} pairs")
adds, products = works.values()

# %% name="check_grid"
diagonal = [
    (i, j)
    for i, row in enumerate(results["@"])
    for j, result in enumerate(row)
    if result
]
mirrored = [list(column) for column in zip(*results["+"], strict=True)]

check(
    "measured add_mixes: of the eight dtypes all 64 pairs can be added",
    adds,
    "==",
    len(NAMED) ** 2,
)
check(
    "measured add_symmetric: a + b has the same dtype as b + a",
    sum(row != column for row, column in zip(results["+"], mirrored, strict=True)),
    "==",
    0,
)
check(
    "measured matmul_refuses: of 64 pairs the matrix product takes the 8 equal ones",
    diagonal,
    "==",
    [(i, i) for i in range(len(NAMED))],
)

# %% name="grid_figure"
from course_code.draw.grids import draw_grid

short = {
    name: name.replace("float", "f").replace("uint", "u").replace("int", "i")
    for name in NAMED
}
labels = {"rows": list(short.values()), "columns": list(short.values()), "size": 9}
fig, axes = plt.subplots(2, 1, figsize=(5.4, 7.6), layout="constrained")
for ax, (sign, rows) in zip(axes, results.items(), strict=True):
    texts = [[short.get(result, "error") for result in row] for row in rows]
    tints = [
        [1 if r is None else 0 if "float" in r else 2 for r in row] for row in rows
    ]
    draw_grid(ax, texts, tints, **labels)
    ax.set_title(f"row {sign} column")
plt.show()

# %% name="promotion"
one = torch.ones(1)
u8, i8, i16 = one.to(torch.uint8), one.to(torch.int8), one.to(torch.int16)
i64, f16, bf16, f32, f64 = one.long(), one.half(), one.bfloat16(), one, one.double()
for code in (
    "u8 + i8",
    "f16 + bf16",
    "i64 / i64",
    "70_000 * i64 + f16",
    "i8 + 1000",
    "i8 + 0.5",
    "f32 + f64",
    "f32 + f64[0]",
    "i64 + f64[0]",
    "(one > 0) + (one > 0)",
):
    x = eval(code)
    print(f"{code:23}{str(x.dtype).removeprefix('torch.'):9}{x.tolist()}")

print("one.to(torch.uint16) + i16")
attempt(lambda: one.to(torch.uint16) + i16)

# %% name="silent"
target = torch.randn(1000, generator=generator(3))  # (B,)
perfect = target[:, None]  # (B, 1): every prediction is exactly right
difference = perfect - target
wrong_loss = difference.square().mean().item()
right_loss = (perfect[:, 0] - target).square().mean().item()
twice_variance = 2 * target.var(correction=0).item()
print("shape of the difference:", tuple(difference.shape))
print(f"loss of perfect predictions: {wrong_loss:.3f}, should be {right_loss}")
print(f"twice the variance of the targets: {twice_variance:.3f}")
attempt(lambda: F.mse_loss(perfect, target))

# %% name="check_silent"
check(
    "arithmetic pairs: the mis-shaped loss is twice the variance of the targets",
    abs(wrong_loss / twice_variance - 1),
    "<",
    1e-4,
)

# %% name="limits"


def add(a, b, name):
    """Add two numbers in the dtype of this name."""
    dtype = getattr(torch, name)
    return (torch.tensor(a, dtype=dtype) + torch.tensor(b, dtype=dtype)).item()


for a, b, name in (
    (200, 100, "uint8"),
    (1, 255, "uint8"),
    (127, 1, "int8"),
    (2**63 - 1, 1, "int64"),
    (256, 1, "bfloat16"),
    (2048, 1, "float16"),
    (2**24, 1, "float32"),
    (2**53, 1, "float64"),
    (60_000, 10_000, "float16"),
):
    print(f"{name:9}{a} + {b} = {add(a, b, name)}")

# every pair of bytes
a, b = torch.cartesian_prod(torch.arange(256), torch.arange(256)).T
one, two = a.byte(), b.byte()
print("uint8    1 - 2 =", (one - two)[1 * 256 + 2].item())

# %% name="check_limits"
check(
    "arithmetic sums_wrap: a sum of uint8 is taken modulo 256, for all 65,536 pairs",
    ((one + two).long() != (a + b) % 256).sum(),
    "==",
    0,
)
check(
    "arithmetic differences_wrap: so is their difference",
    ((one - two).long() != (a - b) % 256).sum(),
    "==",
    0,
)

# %% name="spacing"
from course_code.draw.style import COLOURS, LINES
from course_code.teach.floats import gap_above

fig, ax = plt.subplots(figsize=(5.6, 4.6), layout="constrained")
first_lost, predicted = {}, {}
for index, name in enumerate(("bfloat16", "float16", "float32", "float64")):
    dtype = getattr(torch, name)
    size = 2.0 ** torch.arange(-24, 61, dtype=torch.float64)  # powers of two
    size = size[size < torch.finfo(dtype).max]
    gap = gap_above(size.to(dtype))
    style = {"color": COLOURS[index], "linestyle": LINES[index]}
    ax.plot(size.numpy(), gap.numpy(), label=name, **style)
    first_lost[name] = int(size[gap == 2].item()) + 1  # where the gap becomes 2
    predicted[name] = int(2 / torch.finfo(dtype).eps) + 1
    print(f"{name:9} first whole number that it cannot hold: {first_lost[name]:,}")
ax.axhline(1, color=plt.rcParams["text.color"], linewidth=1, linestyle=":")
ax.set(xscale="log", yscale="log", xlabel="number", ylabel="gap to the next number")
ax.legend()
plt.show()

# %% name="check_spacing"
check(
    "arithmetic first_lost: the first whole number a float format misses is 2/eps + 1",
    first_lost,
    "==",
    predicted,
)

# %% name="creators"
rng = generator(0)
long = torch.zeros(2, 3, dtype=torch.long)
# randn_like draws from the global stream: lend it one
with torch.random.fork_rng(devices=[]):
    torch.manual_seed(0)
    like = torch.randn_like(long, dtype=torch.float)

for code, x in {
    "ones(2, 3)": torch.ones(2, 3),
    "zeros(2, 3, dtype=torch.long)": long,
    "eye(2)": torch.eye(2),
    "full((2,), 7.)": torch.full((2,), 7.0),
    "arange(1, 5)": torch.arange(1, 5),
    "linspace(3, 8, 20)": torch.linspace(3, 8, 20),
    "rand(5, 3)": torch.rand(5, 3, generator=rng),
    "randn(4)": torch.randn(4, generator=rng),
    "normal(10., 2., (4,))": torch.normal(10.0, 2.0, (4,), generator=rng),
    "empty(4).uniform_(-1, 1)": torch.empty(4).uniform_(-1, 1, generator=rng),
    "randperm(4)": torch.randperm(4, generator=rng),
    "long.new_ones(5, 3)": long.new_ones(5, 3),
    "randn_like(long, dtype=torch.float)": like,
}.items():
    first = ", ".join(f"{value:.3g}" for value in x.flatten()[:3].tolist())
    kind = str(x.dtype).removeprefix("torch.")
    print(f"{code:36}{kind:8}{str(tuple(x.shape)):8}{first}, …")

print("\ntorch.uniform exists:", hasattr(torch, "uniform"))

# %% name="empty"
torch.use_deterministic_algorithms(True)  # a strict mode; `empty` is watched in it
strict = torch.empty(5, 3)
torch.use_deterministic_algorithms(False)
print("zeros(5, 3):", torch.zeros(5, 3)[0].tolist(), "…")
print("empty(5, 3) in strict mode:", strict[0].tolist(), "…")

# %% name="elementwise"
x = torch.tensor([-7, -2.5, -0.5, 0.5, 2.5, 7])
functions = {
    "x + 2, add": x + 2,
    "x - 2, sub": x - 2,
    "x * 2, mul": x * 2,
    "x / 2, div": x / 2,
    "x ** 2, pow": x**2,
    "abs": x.abs(),
    "sqrt": x.sqrt(),
    "exp": x.exp(),
    "cos": x.cos(),
    "sin": x.sin(),
    "asin": x.asin(),
    "atan2(x, -1)": torch.atan2(x, torch.tensor(-1.0)),
    "cosh": x.cosh(),
    "floor": x.floor(),
    "ceil": x.ceil(),
    "trunc": x.trunc(),
    "round": x.round(),
    "fmod(x, 3)": x.fmod(3),
    "x % 3, remainder": x % 3,
}
print(f"{'x':16}", *(f"{value:9.4g}" for value in x.tolist()))
for name, values in functions.items():
    print(f"{name:16}", *(f"{value:9.4g}" for value in values.tolist()))

halves = torch.arange(-1000, 1000) + 0.5

# %% name="check_elementwise"
check(
    "arithmetic half_to_even: round takes halves between two integers to the even one",
    (halves.round() % 2 != 0).sum(),
    "==",
    0,
)

# %% name="below_zero"
a = torch.linspace(-7, 7, 1401)
a[::100] = math.nan  # lift the pen where the functions jump
panels = {
    "rounding": {"floor": a.floor(), "trunc": a.trunc()},
    "remainder of a / 3": {"remainder": a % 3, "fmod": a.fmod(3)},
}
fig, axes = plt.subplots(2, 1, figsize=(5.6, 5.6), sharex=True, layout="constrained")
for ax, (title, curves) in zip(axes, panels.items(), strict=True):
    for index, (name, values) in enumerate(curves.items()):
        style = {
            "color": COLOURS[index],
            "linestyle": LINES[index],
            "linewidth": 3 - index,
        }
        ax.plot(a.numpy(), values.numpy(), label=name, **style)
    ax.axvline(0, color=plt.rcParams["text.color"], linewidth=0.8)
    ax.set(ylabel=title)
    ax.legend(loc="lower right")
axes[1].set(xlabel="a")
plt.show()

n, d = torch.cartesian_prod(torch.arange(-50, 51), torch.arange(1, 20)).T

# %% name="check_below_zero"
check(
    "arithmetic remainder_floors: a % b is a - b floor(a/b)",
    (n % d != n - d * torch.div(n, d, rounding_mode="floor")).sum(),
    "==",
    0,
)
check(
    "arithmetic fmod_truncates: fmod(a, b) is a - b trunc(a/b)",
    (n.fmod(d) != n - d * torch.div(n, d, rounding_mode="trunc")).sum(),
    "==",
    0,
)

# %% name="comparisons"
a, b = torch.tensor([1.0, 2, 3]), torch.tensor([2.0, 2, 2])
for name in ("gt", "lt", "ge", "le", "eq", "ne"):
    answer = getattr(torch, name)(a, b)
    print(f"{name}: {answer.tolist()} {answer.dtype}")

s = torch.tensor([3.0, 9, 4, 1])
print("max: ", s.max().item(), " min:", s.min().item())
for name, pair in (
    ("max, dim=0", s.max(dim=0)),
    ("sort", s.sort()),
    ("topk, 2", s.topk(2)),
):
    print(f"{name:10}: values {pair.values.tolist()}, indices {pair.indices.tolist()}")
print("max(a, b): ", torch.max(a, b).tolist(), "(same as torch.maximum)")

for name in ("float32", "float64"):
    print(f"{name}: 0.1 + 0.2 == 0.3 is {add(0.1, 0.2, name) == add(0.3, 0, name)}")
not_a_number = torch.tensor(math.nan)
print("nan == nan is", (not_a_number == not_a_number).item())

# %% name="linear_algebra"
A = torch.tensor([[2.0, 1], [1, 3]])
u, w = torch.tensor([1.0, 2, 2]), torch.tensor([0.0, 1, 1])
batch = torch.rand(5, 2, 3, generator=generator(1))
print("trace", torch.trace(A).item(), " det", round(torch.linalg.det(A).item(), 4))
print("diag", torch.diag(A).tolist(), end="  ")
print("of a vector:", torch.diag(torch.ones(2)).tolist())
print("norm of u", torch.linalg.norm(u).item(), "  dot", torch.dot(u, w).item())
print("cross", torch.linalg.cross(u, w).tolist())
print("inverse", [[round(v, 3) for v in row] for row in torch.linalg.inv(A).tolist()])
print("singular values", [round(v, 3) for v in torch.linalg.svdvals(A).tolist()])
print("mm  (2, 2) @ (2, 3) ->", tuple(torch.mm(A, batch[0]).shape))
print("bmm (5, 2, 3) @ (5, 3, 2) ->", tuple(torch.bmm(batch, batch.mT).shape))
print("t   (2, 3) ->", tuple(batch[0].t().shape))
print("*   (2, 2) * (2, 2) is elementwise:", (A * A).tolist())

product = A @ torch.linalg.inv(A)

# %% name="check_linear_algebra"
check(
    "arithmetic inverse: A times its inverse is I",
    (product - torch.eye(2)).abs().max(),
    "<",
    1e-6,
)

# %% name="old_names"
cube = torch.ones(3, 3, 3)
for code, action in {
    "inverse(A), now linalg.inv": lambda: torch.inverse(A).shape,
    "svd(A), now linalg.svd": lambda: torch.svd(A).S.shape,
    "cross(x, y) without dim": lambda: torch.cross(cube, cube),
    "x.t() of three axes": lambda: cube.t(),
    "x.T of three axes": lambda: cube.T,
    "torch.range(1, 5)": lambda: torch.range(1, 5),
    "np.argmax(A), a tensor": lambda: np.argmax(A),
}.items():
    print(code)
    attempt(action)

# %% name="views"


def same_memory(a, b):
    """Tell whether two tensors read the same block of memory."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


made = {
    "m[0]": m[0],
    "m[:, 1]": m[:, 1],
    "m.t()": m.t(),
    "m.transpose(0, 1)": m.transpose(0, 1),
    "m.view(8)": m.view(8),
    "m.reshape(8)": m.reshape(8),
    "m.float()": m.float(),
    "m.t().reshape(8)": m.t().reshape(8),
    "m[:, [1]]": m[:, [1]],
    "m[m > 4]": m[m > 4],
    "m.clone()": m.clone(),
    "m.double()": m.double(),
    "torch.tensor(m.numpy())": torch.tensor(m.numpy()),
    "torch.from_numpy(m.numpy())": torch.from_numpy(m.numpy()),
}
views = {}
for code, x in made.items():
    views[code] = same_memory(m, x)
    kind = "view" if views[code] else "copy"
    print(f"{code:29}{kind}   shape {str(tuple(x.shape)):8} stride {x.stride()}")

print("\nm.t().view(8)")
attempt(lambda: m.t().view(8))

# %% name="check_views"
shares = ("m[0]", "m[:, 1]", "m.t()", "m.view(8)", "m.reshape(8)")
copies = ("m[:, [1]]", "m[m > 4]", "m.t().reshape(8)", "m.clone()")
check(
    "measured slices_share: rows, columns, t, view and reshape of m read m's memory",
    [code for code in shares if not views[code]],
    "==",
    [],
)
check(
    "measured picks_copy: lists, masks, clone, and reshape after t copy",
    [code for code in copies if views[code]],
    "==",
    [],
)

# %% name="strides"


def addresses(x):
    """For each entry of a matrix, the place in memory that it is read from."""
    down, across = x.stride()
    rows, columns = x.shape
    return [[i * down + j * across for j in range(columns)] for i in range(rows)]


size = {"figsize": (5.6, 2.7), "width_ratios": (2, 1)}
fig, axes = plt.subplots(1, 2, layout="constrained", **size)
for ax, name, x in zip(axes, ("m", "m.t()"), (m, m.t()), strict=True):
    places = addresses(x)
    texts = [
        [f"{value:.0f}\n[{place}]" for value, place in zip(*pair, strict=True)]
        for pair in zip(x.tolist(), places, strict=True)
    ]
    draw_grid(ax, texts, [[place // 4 for place in row] for row in places])
    ax.set_title(f"{name}, stride {x.stride()}")
plt.show()

# %% name="sharing"
x = torch.zeros(3)
array = x.numpy()  # the same memory, seen by NumPy
x.add_(1)  # the underscore: in place
print("NumPy sees        ", array)
array[0] = 50
print("torch sees        ", x.tolist())

alias, copy = x, x.clone()
alias += 1  # in place: x changes too
print("x after alias += 1", x.tolist())
alias = alias + 1  # makes a new tensor; x stays
print("x after alias + 1 ", x.tolist(), "  the clone:", copy.tolist())

column = m.clone().t()  # a view of the clone
column[0, 0] = 99
print("written through t():", column.t()[0].tolist())
x.fill_(7)
print("fill_(7)  ", x.tolist())
print("random_   ", x.random_(0, 10, generator=generator(0)).tolist())
print("resize_(2)", x.resize_(2).tolist(), "(larger: garbage, or an error)")

# %% name="joining"
a, b = torch.Tensor([[1, 2, 3, 4]]), torch.Tensor([[5, 6, 7, 8]])
print("cat, 0  ", torch.cat((a, b), 0).tolist())
print("cat, 1  ", torch.cat((a, b), 1).tolist())
print("stack, 0", tuple(torch.stack((a, b)).shape), " a new axis")
noisy = m + torch.rand(2, 4, generator=generator(0))
print("m + rand(2, 4)", [[round(value, 2) for value in row] for row in noisy.tolist()])
for other in ((4,), (2, 1), (1,), (3, 1, 4)):
    print(f"(2, 4) + {other!s:9} -> {tuple((m + torch.ones(other)).shape)}")

# %% name="histograms"
from course_code.draw.histograms import draw_normal, draw_outlines

edges = torch.linspace(-4, 4, 81)  # 80 bins
middle = (edges[1:] + edges[:-1]) / 2
density = torch.exp(-(middle**2) / 2) / math.sqrt(2 * math.pi)
fig, axes = plt.subplots(2, 1, figsize=(5.6, 6), sharex=True, layout="constrained")
ripple, extremes = {}, {}
few, many = 1000, 1_000_000
for ax, n in zip(axes, (few, many), strict=True):
    heights, extremes[n] = [], []
    for seed in SEEDS[:5]:
        sample = torch.randn(n, generator=generator(seed))
        counts = np.histogram(sample.numpy(), bins=edges.numpy())[0]
        share = torch.from_numpy(counts) / n  # (80,)
        heights.append(share / edges.diff())  # per unit of x
        extremes[n].append(sample.abs().max().item())
        told = f"mean {sample.mean():+.4f}  largest |x| {extremes[n][-1]:.2f}"
        print(f"n {n:9,} seed {seed}: {told}")
    off = (torch.stack(heights) - density).square().mean(dim=1).sqrt()  # (5,)
    ripple[n] = sorted(off.tolist())
    draw_outlines(ax, torch.stack(heights), edges, label=f"{len(heights)} samples")
    draw_normal(ax, edges[0].item(), edges[-1].item())
    ax.set(ylabel=f"n = {n:,}", ylim=(0, 0.56))
    ax.legend()
plt.show()

shrink = sum(ripple[few]) / sum(ripple[many])
print(f"mean deviation from the curve: {shrink:.0f} times smaller")

# %% name="check_histograms"
check(
    "measured extremes: each million reaches further out than each thousand",
    min(extremes[many]) - max(extremes[few]),
    ">",
    0,
)
check(
    "measured ripple: 1,000 times the sample, 25 to 39 times smaller deviation",
    shrink,
    "in",
    (25, 39),
)

# %% name="standard_error"
SIZES = (10, 100, 1000, 10_000, 100_000, 1_000_000)
less, more = (SIZES[len(SIZES) * part // 5] for part in (2, 4))  # to compare
means = torch.empty(len(SEEDS), len(SIZES), dtype=torch.float64)
for row, seed in enumerate(SEEDS):
    rng = generator(seed + 1000)
    for column, n in enumerate(SIZES):
        means[row, column] = torch.randn(n, generator=rng).mean()  # fresh numbers

spread = means.square().mean(dim=0).sqrt()  # (6,) root mean square over the seeds
lg_n, lg_spread = torch.tensor(SIZES, dtype=torch.float64).log10(), spread.log10()
lg_n = lg_n - lg_n.mean()
slope = (lg_n @ lg_spread / lg_n.square().sum()).item()
print("spread of the mean:", *(f"{value:.1e}" for value in spread.tolist()))
lucky = means[:, SIZES.index(less)].abs().min().item()
unlucky = means[:, SIZES.index(more)].abs().max().item()
print(f"slope {slope:.3f}")
print(f"best mean of {less:,}: {lucky:.4f}, worst mean of {more:,}: {unlucky:.4f}")

fig, ax = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
for row in means.abs().tolist():
    ax.plot(SIZES, row, ".", color=COLOURS[0], alpha=0.6)
label = f"spread, {len(SEEDS)} seeds"
ax.plot(SIZES, spread, "^", color=COLOURS[1], markersize=9, label=label)
theory = [n**-0.5 for n in SIZES]
ax.plot(
    SIZES, theory, "--", color=plt.rcParams["text.color"], linewidth=1, label="1/√n"
)
ax.set(xscale="log", yscale="log")
ax.set(xlabel="sample size n", ylabel="|mean of the sample|")
ax.legend()
plt.show()

# %% name="check_standard_error"
check(
    "measured root_n: the spread of the mean falls with slope -1/2",
    slope,
    "in",
    (-0.55, -0.45),
)

# %% name="loop_or_whole"
from course_code.teach.counting import CallCounter


def spiral_by_loop(noise):
    """Place the spiral's points one by one, as in C: (C, N) noise to (C*N, 2)."""
    C, N = noise.shape
    X = torch.zeros(C * N, 2)
    for c in range(C):
        for i in range(N):
            t = i / (N - 1)
            angle = 2 * math.pi / C * (c + 2 * t) + noise[c, i].item()
            X[c * N + i, 0] = t * math.sin(angle)
            X[c * N + i, 1] = t * math.cos(angle)
    return X


def spiral_at_once(noise):
    """Place all points in one go: (C, N) noise to (C*N, 2)."""
    C, N = noise.shape
    t = torch.linspace(0, 1, N)  # (N,)
    angle = 2 * math.pi / C * (torch.arange(C)[:, None] + 2 * t) + noise  # (C, N)
    return torch.stack((t * angle.sin(), t * angle.cos()), dim=-1).reshape(-1, 2)


noise = 0.2 * torch.randn(3, 1000, generator=generator(0))
made, calls = {}, {}
for name, build in (("loop", spiral_by_loop), ("whole", spiral_at_once)):
    with CallCounter() as counter:
        made[name] = build(noise)
    calls[name] = counter.calls
    print(f"{name:5}: {calls[name]:6,} calls to torch")

apart = (made["loop"] - made["whole"]).abs().max().item()
ratio = calls["loop"] // calls["whole"]
print(f"largest difference {apart:.0e}")

# %% name="check_loop_or_whole"
check(
    "arithmetic same_points: loop and whole-tensor code place the same points",
    apart,
    "<",
    1e-5,
)
check(
    "measured fewer_calls: the loop makes over 100 times as many calls to torch",
    ratio,
    ">",
    100,
)

# %% name="autograd"
x = torch.tensor([-1.0, 0, 2], requires_grad=True)
y = (x**3).sum()
y.backward()
print("gradient 3x²  ", x.grad.tolist())
(x**3).sum().backward()
print("called again  ", x.grad.tolist(), " gradients add up")
x.grad = None
x.round().sum().backward()
print("of round      ", x.grad.tolist())

for code, result in {
    "x * 2": x * 2,
    "x.round()": x.round(),
    "x.sort().values": x.sort().values,
    "x > 0": x > 0,
    "x.argmax()": x.argmax(),
    "x.detach() * 2": x.detach() * 2,
    "torch.ones(3) * 2": torch.ones(3) * 2,
}.items():
    node = type(result.grad_fn).__name__ if result.grad_fn else "none"
    print(f"{code:18} node: {node}")

# %% name="decoder_shapes"
# draws weights, and leaves the shared generator as it was
with torch.random.fork_rng():
    layer = nn.Linear(4, 1)
for name, action in {
    "1 mixed dtypes, matrix @ matrix": lambda: m @ v[:, None],
    "2 mixed dtypes, vector @ vector": lambda: m[0] @ v,
    "3 mixed dtypes, nn.Linear": lambda: layer(m.double()),
    "4 inner sizes differ": lambda: m @ m,
    "5 shapes do not broadcast": lambda: m + torch.ones(3),
    "6 cat": lambda: torch.cat((m, torch.ones(3, 4)), dim=1),
    "7 index": lambda: m[2],
}.items():
    print(name)
    attempt(action)

# %% name="decoder_values"
for name, action in {
    "8 mean of whole numbers": lambda: v.mean(),
    "9 a fraction added in place to whole numbers": lambda: v.add_(0.5),
    "10 one number wanted": lambda: m.item(),
    "11 `if` on many values": lambda: bool(m > 4),
    "12 gradient of whole numbers": lambda: torch.tensor([1], requires_grad=True),
}.items():
    print(name)
    attempt(action)

# %% name="decoder_gradients"
x = torch.ones(2, requires_grad=True)
spent = (x**2).sum()
spent.backward()
for name, action in {
    "13 NumPy on a recorded tensor": lambda: np.argmax(x),
    "14 backward, and nothing recorded": lambda: m.sum().backward(),
    "15 backward twice": lambda: spent.backward(),
    "16 in place on a parameter": lambda: x.add_(1),
}.items():
    print(name)
    attempt(action)

# %% name="decoder_paste"
for name, code in {
    "17 full-width brackets": "print（1）",
    "18 curly quotes": "name = “a”",
    "19 a Chinese comma": "max(1，2)",
    "20 a typographic minus": "x = 3 − 1",
    "21 a non-breaking space": "x =\u00a03",
}.items():
    print(name)
    attempt(lambda code=code: compile(code, "cell", "exec"))

# %% name="answers"
n = m.clone()
n.t()[0, 0] = 99
for code in (
    "torch.ones(2, 4) @ torch.arange(1, 5)",
    "torch.ones(4) + torch.arange(1, 5)",
    "torch.tensor([200], dtype=torch.uint8) + 100",
    "torch.tensor([0.5, 1.5, 2.5]).round()",
    "torch.Tensor(3).shape",
    "torch.tensor([2.0 ** 24]) + 1 == 2 ** 24",
    "(torch.ones(3, 1) - torch.ones(3)).shape",
):
    print(code)
    attempt(lambda code=code: eval(code))
print("m.t()[0, 0] = 99, then m[0, 0]")
attempt(lambda: n[0, 0])

# %% name="ex_dtypes"
f = torch.ones(2)
i, d = f.long(), f.double()
small, flag = torch.ones(2, dtype=torch.uint8), torch.tensor([True, False])
for code in (
    "i + f",
    "f + d",
    "i / i",
    "i // i",
    "i ** 2",
    "small + i",
    "small * 1.5",
    "flag + i",
    "f > i",
    "f.argmax()",
):
    print(f"{code:12}{eval(code).dtype}")

# %% name="ex_three_fixes"
fixes = {
    "m @ v.float()": m @ v.float(),
    "m.long() @ v": m.long() @ v,
    "m @ torch.arange(1., 5)": m @ torch.arange(1.0, 5),
}
for code, x in fixes.items():
    print(f"{code:25}{x.tolist()!s:15}{x.dtype}")
fixed = {code: x.tolist() for code, x in fixes.items()}
by_hand = [
    sum(a * b for a, b in zip(row, v.tolist(), strict=True)) for row in m.tolist()
]

# %% name="check_ex_three_fixes"
check(
    "arithmetic fixes_agree: all three repairs give (49, 47)",
    [code for code, x in fixed.items() if x != by_hand],
    "==",
    [],
)

# %% name="ex_shapes"
# [0] is a list and keeps the axis: (1, 4) @ (4,) is (1,)
# 0 is an index and removes it: (4,) @ (4,) is ()
for code in (
    "m[[0], :] @ v.float()",
    "m[0, :] @ v.float()",
    "m[:1] @ v.float()[:, None]",
):
    x = eval(code)
    print(f"{code:29}{x.tolist()!s:10} shape {tuple(x.shape)}")

# %% name="ex_svd"
U, S, Vh = torch.linalg.svd(m, full_matrices=False)  # (2, 2), (2,), (2, 4)
svd_gap = (U @ torch.diag(S) @ Vh - m).abs().max().item()
gram = m @ m.T  # (2, 2)
singular = S.tolist()
print("singular values", *(f"{value:.3f}" for value in singular))
print(f"largest error of U S Vh: {svd_gap:.0e}")
print(f"det(m mᵀ) {torch.linalg.det(gram):.1f}", end=", ")
print(f"product of the squares {S.prod() ** 2:.1f}")
inverse_gap = (gram @ torch.linalg.inv(gram) - torch.eye(2)).abs().max().item()
print(f"largest error of (m mᵀ) times its inverse: {inverse_gap:.0e}")
print("det(m)")
attempt(lambda: torch.linalg.det(m))

# %% name="check_ex_svd"
svd_off = svd_gap / m.abs().max().item()
check("arithmetic svd: U S Vh gives m back, to rounding", svd_off, "<", 1e-5)

# %% name="ex_histogram"
sample = torch.randn(998, generator=generator(0))
sample = torch.cat((sample, edges[[0, -1]]))  # and one number at either end
n_bins = len(edges) - 1
# edges[k] <= x < edges[k + 1] gives k
bins = torch.bucketize(sample, edges, right=True) - 1
bins[sample == edges[-1]] = n_bins - 1  # NumPy's last bin is closed at both ends
inside = bins[(bins >= 0) & (bins < n_bins)]
counts = torch.bincount(inside, minlength=n_bins)  # (80,)
theirs = torch.from_numpy(np.histogram(sample.numpy(), bins=edges.numpy())[0])
print("counted", counts.sum().item(), "of", len(sample), end="; ")
print("as NumPy:", torch.equal(counts, theirs))
flat = torch.rand(1000, generator=generator(0))
tenths = torch.bincount(
    torch.bucketize(flat, torch.linspace(0.1, 0.9, 9)), minlength=10
)
print("rand, by tenths:", tenths.tolist())

# %% name="check_ex_histogram"
check(
    "arithmetic histogram: bucketize and bincount count as NumPy",
    (counts != theirs).sum(),
    "==",
    0,
)
