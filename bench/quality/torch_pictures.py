#!/usr/bin/python3
"""The PyTorch peer for quality in equal minutes: the usual recipe on pictures of any number of channels, as a folder that diffusers opens.

    torch_pictures.py --images pictures.npy [--labels labels.npy] --unet torch_unet.py --minutes 10 --out FOLDER [--threads 2]

pictures.npy: bytes [N, C, H, W]; labels.npy: numbers of classes. torch_unet.py defines UNet(config) and DEFAULT, the architecture of UNet2DModel.
The recipe: epsilon on linear betas, AdamW with warm-up and half a cosine, gradients clipped to 1, a running average with warm-up.
Prints one JSON object; ends with 1 on a loss that is not finite.
"""
import argparse
import json
import math
import os
import runpy
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--images", required=True)
parser.add_argument("--labels")
parser.add_argument("--unet", required=True)
parser.add_argument("--out", required=True)
parser.add_argument("--minutes", type=float, default=10)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--rate", type=float, default=1e-3)
parser.add_argument("--widths", default="32,64,64")
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
architecture = runpy.run_path(options.unet)

pictures = torch.from_numpy(np.load(options.images)).float() / 127.5 - 1
labels = torch.from_numpy(np.load(options.labels)).long() if options.labels else None
count, channels, height, width = pictures.shape
widths = [int(each) for each in options.widths.split(",")]
# each level but the last halves the sides
while len(widths) > 1 and (height % 2 ** (len(widths) - 1) or width % 2 ** (len(widths) - 1)):
    widths.pop()
levels = len(widths)
config = {
    **architecture["DEFAULT"],
    "sample_size": height,
    "in_channels": channels,
    "out_channels": channels,
    "block_out_channels": widths,
    "norm_num_groups": math.gcd(32, widths[0]),
    "num_class_embeds": None if labels is None else int(labels.max()) + 1,
    "layers_per_block": 2,
    "down_block_types": ["DownBlock2D"] * (levels - 1) + ["AttnDownBlock2D"],
    "up_block_types": ["AttnUpBlock2D"] + ["UpBlock2D"] * (levels - 1),
}
network = architecture["UNet"](config)
parameters = list(network.parameters())
optimizer = torch.optim.AdamW(parameters, options.rate)
average = {name: value.detach().clone() for name, value in network.state_dict().items()}
alpha_bar = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000), 0)

step, losses, start, limit = 0, [], time.time(), 60 * options.minutes
while (share := (time.time() - start) / limit) < 1:
    for group in optimizer.param_groups:
        group["lr"] = options.rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * share))
    items = torch.randint(0, count, (options.batch,))
    times = torch.randint(0, 1000, (options.batch,))
    clean, noise = pictures[items], torch.randn(options.batch, channels, height, width)
    kept = alpha_bar[times].view(-1, 1, 1, 1)
    noisy = kept.sqrt() * clean + (1 - kept).sqrt() * noise
    optimizer.zero_grad(set_to_none=True)
    loss = F.mse_loss(network(noisy, times, None if labels is None else labels[items]), noise)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    step += 1
    losses.append(float(loss))
    if not math.isfinite(losses[-1]):
        sys.exit("the loss is not finite")
    decay = min(0.9995, (1 + step) / (10 + step))
    for name, value in network.state_dict().items():
        average[name].mul_(decay).add_(value, alpha=1 - decay)


def write_json(name, content):
    path = os.path.join(options.out, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(content, file, indent=1)


def write_tensors(name, tensors):
    head, parts, at = {}, [], 0
    for key, value in tensors.items():
        raw = value.detach().float().contiguous().numpy().tobytes()
        head[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + len(raw)]}
        parts.append(raw)
        at += len(raw)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(options.out, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


version = {"_diffusers_version": "0.24.0"}
index = {"scheduler": ["diffusers", "DDPMScheduler"], "unet": ["diffusers", "UNet2DModel"]}
write_json("model_index.json", {"_class_name": "DDPMPipeline", **version, **index})
write_json("unet/config.json", {"_class_name": "UNet2DModel", **version, **config})
noise_levels = {"num_train_timesteps": 1000, "beta_schedule": "linear", "beta_start": 1e-4, "beta_end": 0.02}
kind = {"prediction_type": "epsilon", "variance_type": "fixed_small", "clip_sample": True}
write_json("scheduler/scheduler_config.json", {"_class_name": "DDPMScheduler", **version, **noise_levels, **kind})
write_tensors("unet/diffusion_pytorch_model.safetensors", average)
last = losses[-100:]
report = {"torch": torch.__version__, "parameters": sum(each.numel() for each in parameters), "steps": step}
print(json.dumps({**report, "seconds": round(time.time() - start, 1), "loss": round(sum(last) / len(last), 4)}))
