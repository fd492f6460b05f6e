"""Two numbers for each digit: an autoencoder's and those of principal components.

For the live figure of the page pretraining: the lesson's deep autoencoder with a code
of 2, first seed, its weights rounded to 16 bits; pictures that neither was fitted to.
"""

# %% name="autoencoder"
import torch

from course_code.teach.autoencoders import (
    encode,
    principal,
    squares,
    train_autoencoder,
)
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble

SHOWN = 240  # pictures


def bend_but(k):
    """ReLU in every layer but the one of k units: the code keeps its sign."""
    return lambda a: a if a.shape[1] == k else torch.relu(a)


splits = [load_digits(1000, 300, seed=seed) for seed in range(5)]
X = torch.stack([split["train"][0] for split in splits])  # (5, 1000, 64)
X_test = torch.stack([split["test"][0] for split in splits])
net = Ensemble((64, 64, 2, 64, 64), bend_but(2), seeds=(0,), init="he")
train_autoencoder(net, X[:1], 2000, lr=0.01, batch_size=50)
with torch.no_grad():
    net.theta.copy_(net.theta.half())
own = encode(net, X_test[:1], 2)[0]  # (497, 2)

# %% name="components"
mean, directions = principal(X, 2)
back = (X_test - mean) @ directions @ directions.mT + mean
pca_error = squares(back, X_test).tolist()
pca = ((X_test[0] - mean[0]) @ directions[0])[:SHOWN]

(W, b), (V, c) = net.layers[2:]
STATES = {
    "pictures": (16 * X_test[0, :SHOWN]).round().to(torch.uint8),  # 0 to 16
    "labels": splits[0]["test"][1][:SHOWN].to(torch.uint8),
    "codes_net": own[:SHOWN].half(),
    "codes_pca": pca.half(),
    "W": W[0].half(),
    "b": b[0, :, 0].half(),
    "V": V[0].half(),
    "c": c[0, :, 0].half(),
    "directions": directions[0].half(),
    "mean": mean[0, 0].half(),
    "error_net": squares(net.predict(X_test[:1]), X_test[:1]).item(),
    "error_pca": pca_error[0],
}
SAME = {"pretraining/deep.2.pca_error": pca_error}
