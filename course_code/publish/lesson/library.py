"""What calls into libraries change and give: the conventions of Python, PyTorch and matplotlib.

A library's code is not read. These lists say what it does, by the names of functions and methods:
what is on none of them changes nothing and gives something that may share all it was given.
"""

# Methods that change what they belong to.
CHANGERS = {
    *("add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop"),
    *("popitem", "popleft", "register", "remove", "reverse", "setdefault", "sort", "update"),
    *("__setitem__", "__setattr__", "manual_seed", "seed", "write"),
}
# Those that change all that this holds, too.
DEEP = {
    *("step", "zero_grad", "load_state_dict", "train", "eval", "apply", "add_module", "backward"),
    *("add_param_group", "register_buffer", "register_parameter", "register_module", "setstate"),
    *("set_state", "seek", "read", "readline", "send", "throw", "close", "shuffle", "set_"),
    *("register_hook", "register_forward_hook", "register_forward_pre_hook"),
    *("register_full_backward_hook", "register_full_backward_pre_hook"),
}
# Functions that change what they are given.
TAKERS = {
    *("setattr", "delattr", "next", "shuffle", "heappush", "heappop", "heapify", "insort"),
    *("vector_to_parameters", "backward", "copyto", "consume", "exec", "heapreplace"),
    *("heappushpop", "fill_diagonal", "put", "place", "putmask", "put_along_axis", "setitem"),
    *("delitem", "iadd", "dump", "weight_norm", "spectral_norm"),
}
# Functions of modules that draw from the stream all share, unless they are given one.
DRAWS = {
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "randint_like"),
    *("normal", "bernoulli", "multinomial", "poisson", "dropout", "random", "uniform", "choice"),
    *("choices", "sample", "gauss", "randrange", "permutation"),
}
SOURCES = {"Generator", "default_rng", "Random", "RandomState"}  # of random numbers
ITERATORS = {
    *("iter", "map", "filter", "zip", "enumerate", "reversed", "chain", "islice", "cycle"),
    *("repeat", "count", "product", "pairwise", "accumulate", "starmap", "takewhile", "tee"),
}
# What gives a number, a text or nothing.
SCALARS = {
    *("len", "str", "repr", "format", "isinstance", "hasattr"),
    *("callable", "id", "hash", "ord", "chr", "print", "item", "dim", "numel", "size"),
    *("index", "join", "startswith", "endswith", "strip", "lower", "upper", "title"),
    *("is_floating_point", "allclose", "equal", "element_size", "data_ptr", "is_contiguous"),
    *("shorten", "wrap", "dedent", "mean_stdev", "range", "device", "finfo", "iinfo", "slice"),
    *("get_num_threads", "perf_counter", "is_available", "stride", "get_device"),
}
BUILT_IN = {"int", "float", "bool", "round", "any", "all"}  # those do; methods give tensors
# What gives something new, which only comes of what it was given.
FRESH = {
    *("exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "abs", "pow", "sin", "cos", "tan"),
    *("sum", "mean", "std", "var", "prod", "cumsum", "cumprod", "norm", "amax", "amin", "argmax"),
    *("argmin", "argsort", "softmax", "log_softmax", "logsumexp", "sigmoid", "tanh", "relu"),
    *("gelu", "silu", "elu", "leaky_relu", "softplus", "cross_entropy", "nll_loss", "mse_loss"),
    *("binary_cross_entropy_with_logits", "one_hot", "matmul", "mm", "bmm", "mv", "dot", "outer"),
    *("einsum", "addmm", "baddbmm", "cat", "stack", "where", "clone", "deepcopy", "tensor"),
    *("zeros", "ones", "full", "empty", "eye", "arange", "linspace", "logspace", "zeros_like"),
    *("ones_like", "full_like", "empty_like", "tolist", "diag_embed", "repeat_interleave", "sign"),
    *("median", "quantile", "histc", "histogram", "bincount", "isin", "sinh", "cosh", "erf"),
    *("erfc", "square", "reciprocal", "neg", "add", "sub", "mul", "div", "logical_not", "eq"),
    *("ne", "lt", "le", "gt", "ge", "floor", "ceil", "clamp", "clip", "maximum", "minimum"),
    *("svdvals", "eigvals", "eigvalsh", "inv", "solve", "det", "qr", "multi_dot", "cartesian_prod"),
    *("nonzero", "unique", "cov", "corrcoef", "parameters_to_vector", "fmean", "stdev", "variance"),
    *("pstdev", "pvariance", "mode", "geometric_mean", "round", "any", "all", "isnan", "isinf"),
    *("isfinite", "isclose"),
    *DRAWS,
}
# Methods whose result may share what they belong to, but no argument.
OWN = {
    *("to", "type", "type_as", "view", "reshape", "expand", "view_as", "expand_as", "flatten"),
    *("permute", "transpose", "index_select", "gather", "split", "chunk", "unbind", "squeeze"),
    *("unsqueeze", "topk", "masked_select", "narrow", "movedim", "swapaxes"),
    *("float", "int", "bool"),  # it may be that already
}
# What gives the same numbers in another shape, or may.
VIEWS = {
    *OWN, "detach", "numpy", "contiguous", "cpu", "cuda", "double", "half", "diagonal", "diag",
    "ravel", "as_tensor", "asarray", "from_numpy", "unfold", "as_strided", "real", "imag", "t",
}  # fmt: skip
CONTENTS = {"list", "tuple", "set", "frozenset", "dict", "sorted", "copy", "fromkeys", "Counter"}
CALLS_FIRST = ITERATORS  # of what they are given they call the first, or what is named
CALLS_KEY = {*CONTENTS, "min", "max"}  # only what is named
RESTORES = {"fork_rng", "rc_context", "patch", "redirect_stdout", "catch_warnings"}  # at their end
STREAMED = ("generator", "rng")  # keywords whose stream is drawn from, not kept
FLAT = {"shape", "ndim", "dtype", "device", "__name__", "__doc__", "requires_grad", "itemsize"}
# What follows is for modules that are imported, where doubt refuses: see `effects.py`.
CAREFUL = {  # libraries whose functions change what they are given only by the names above
    *("torch", "numpy", "math", "cmath", "statistics", "fractions", "decimal", "itertools"),
    *("functools", "operator", "collections", "copy", "dataclasses", "enum", "typing", "types"),
    *("abc", "contextlib", "re", "string", "textwrap", "json", "pathlib"),
}
ASKS = {  # methods and built-in functions that only ask what they belong to or are given
    *("get", "items", "keys", "values", "count", "most_common", "elements", "encode", "union"),
    *("intersection", "difference", "symmetric_difference", "issubset", "issuperset"),
    *("isdisjoint", "total", "_asdict", "_replace", "min", "max", "getattr", "type", "issubclass"),
    *("divmod", "bytes", "complex", "object", "super", "dir", "memoryview", "property"),
}
DECORATES = {  # what makes another function of one, and calls none
    *("cache", "lru_cache", "cached_property", "wraps", "partial", "partialmethod", "property"),
    *("setter", "getter", "deleter", "staticmethod", "classmethod", "abstractmethod", "override"),
    *("overload", "final", "dataclass", "field", "total_ordering", "singledispatch", "no_grad"),
    *("enable_grad", "inference_mode", "contextmanager", "compile", "vmap", "vectorize"),
}
SETTERS = {  # functions of modules that change them, or what is outside
    *("seterr", "setrecursionlimit", "setlocale", "setcontext", "setdefaulttimeout", "settrace"),
    *("setprofile", "setswitchinterval", "filterwarnings", "simplefilter", "resetwarnings"),
    *("basicConfig", "captureWarnings", "disable", "enable", "freeze"),
    *("use_deterministic_algorithms",),
    *("rc", "rcdefaults", "switch_backend", "chdir", "mkdir", "makedirs", "remove", "rename"),
    *("rmdir", "unlink", "rmtree", "putenv", "unsetenv", "umask", "system", "signal", "save"),
    *("setstate", "register", "interactive", "ion", "ioff", "reload"),
}
WEIGHTS = {  # classes that draw their weights from the stream all share
    *("Linear", "Bilinear", "Embedding", "EmbeddingBag", "Conv1d", "Conv2d", "Conv3d", "RNN"),
    *("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "LSTM", "GRU", "RNNCell"),
    *("LSTMCell", "GRUCell", "MultiheadAttention", "Transformer", "TransformerEncoderLayer"),
    *("TransformerDecoderLayer",),
}
FILLS = {  # names, but for their last "_", that draw numbers into a tensor
    *("normal", "uniform", "random", "bernoulli", "exponential", "geometric", "cauchy"),
    *("log_normal", "trunc_normal", "xavier_normal", "xavier_uniform", "kaiming_normal"),
    *("kaiming_uniform", "orthogonal", "sparse"),
}
WRITERS = {  # methods of paths and loggers
    *("write_text", "write_bytes", "mkdir", "touch", "unlink", "rmdir"),
    *("setLevel", "addHandler", "addFilter"),
}
LOUD = {"print", "open", "input", "exec", "eval", "setattr", "delattr", "globals", "__import__"}
DRAWN = "matplotlib"  # whoever has axes draws on them


def changes_owner(method: str) -> bool:
    """Whether a method changes what it belongs to, but not what that holds."""
    return method in CHANGERS


def changes_all(method: str) -> bool:
    """Whether a method changes what it belongs to and all that this holds."""
    return method in DEEP or in_place(method)


def is_plain(name: str) -> bool:
    """Whether a function or method calls nothing that it is given."""
    return name in FRESH or name in SCALARS or name in OWN or name in CHANGERS or in_place(name)


def in_place(name: str) -> bool:
    """Whether a name ends as PyTorch's do that change what they are given: `add_`, `uniform_`."""
    return name.endswith("_") and not name.endswith("__")


def changes_module(name: str) -> bool:
    """Whether a function of a module changes a setting or a stream of it."""
    return name.startswith("set_") or name in ("manual_seed", "manual_seed_all", "seed", "use")


def sets(name: str) -> bool:
    """Whether a function of a module changes one, or something outside."""
    return changes_module(name) or name in SETTERS


def asks(name: str) -> bool:
    """Whether a method or a built-in function is known to change nothing but by what it calls."""
    return any(name in names for names in (VIEWS, CONTENTS, ITERATORS, BUILT_IN, ASKS, DECORATES))
