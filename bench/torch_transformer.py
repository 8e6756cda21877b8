#!/usr/bin/env python3
"""The PyTorch peer of `npx tsx bench/transformer.ts`: TokenTransformer's architecture, timed on the CPU.

    torch_transformer.py --batch 32 --threads 2 --runs 5
Prints one JSON object. Times are milliseconds: the minimum and the median over --runs.
"""
import argparse
import json
import math
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def rotations(places, features):
    """Cosines and sines of every place, [places, features], for features in two halves."""
    frequency = 10000.0 ** (-torch.arange(features // 2, dtype=torch.float32) * 2 / features)
    angle = torch.arange(places, dtype=torch.float32)[:, None] * frequency
    return torch.cat([angle.cos(), angle.cos()], 1), torch.cat([angle.sin(), angle.sin()], 1)


def turn(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


def attend(q, k, v):
    """The fused kernel where this PyTorch has it, else its three steps."""
    fused = getattr(F, 'scaled_dot_product_attention', None)
    if fused is not None:
        return fused(q, k, v)
    return torch.softmax((q / math.sqrt(q.shape[-1])) @ k.transpose(-1, -2), -1) @ v


class Shifted(nn.Module):
    """A layer norm with a shift and no scale."""

    def __init__(self, width):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], None, self.bias, 1e-6)


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1 = Shifted(width)
        self.norm2 = Shifted(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.linear_1 = nn.Linear(width, hidden, bias=False)
        self.linear_2 = nn.Linear(hidden, width, bias=False)

    def forward(self, x, cos, sin):
        batch, places, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, places, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        seen = attend(turn(q, cos, sin), turn(k, cos, sin), v)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, places, width))
        return x + self.linear_2(F.silu(self.linear_1(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, states, vocabulary, width, layers, heads, length):
        super().__init__()
        self.embed = nn.Embedding(states, width)
        self.blocks = nn.ModuleList([Block(width, heads, 4 * width) for _ in range(layers)])
        self.norm = Shifted(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.cos, self.sin = rotations(length, width // heads)

    def forward(self, tokens):
        h = self.embed(tokens)
        for block in self.blocks:
            h = block(h, self.cos, self.sin)
        return self.head(self.norm(h))


def adamw(parameters):
    """The fastest AdamW of this PyTorch on the CPU: fused, else one kernel for all tensors, else one by one."""
    for options in ({'fused': True}, {'foreach': True}, {}):
        try:
            optimizer = torch.optim.AdamW(parameters, 1e-3, betas=(0.9, 0.99), weight_decay=0.01, **options)
            return optimizer
        except (RuntimeError, TypeError):
            continue


def follow(average, parameters, weight):
    """average ← average + weight (parameters − average), for all tensors at once."""
    lerp = getattr(torch, '_foreach_lerp_', None)
    if lerp is not None:
        lerp(average, parameters, weight)
    else:
        torch._foreach_mul_(average, 1 - weight)
        torch._foreach_add_(average, parameters, alpha=weight)


def timed(run, runs):
    for _ in range(2):
        run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return {'min': round(min(times), 1), 'median': round(sorted(times)[len(times) // 2], 1)}


if __name__ == '__main__':
    options = argparse.ArgumentParser()
    for name, default in dict(
        batch=32, threads=2, runs=5, length=128, vocabulary=65, states=66, width=256, layers=6, heads=8
    ).items():
        options.add_argument(f'--{name}', type=int, default=default)
    a = options.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    net = Transformer(a.states, a.vocabulary, a.width, a.layers, a.heads, a.length)
    parameters = list(net.parameters())
    average = [p.detach().clone() for p in parameters]
    optimizer = adamw(parameters)
    tokens = torch.randint(0, a.states, (a.batch, a.length))
    clean = torch.randint(0, a.vocabulary, (a.batch, a.length))

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(tokens).flatten(0, 1), clean.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        with torch.no_grad():
            follow(average, parameters, 1e-3)

    def forward():
        with torch.no_grad():
            net(tokens)

    print(
        json.dumps(
            {
                'torch': torch.__version__,
                'parameters': sum(p.numel() for p in parameters),
                'train_step_ms': timed(step, a.runs),
                'forward_ms': timed(forward, a.runs),
            }
        )
    )
