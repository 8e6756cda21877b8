#!/usr/bin/python3
"""The PyTorch peer for points in the plane: tweedie's residual MLP, timed on the CPU. Prints one JSON object."""
import argparse
import json
import math
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.time_emb_proj = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.linear_1 = nn.Linear(width, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, h, condition):
        return h + self.linear_2(F.silu(self.linear_1(self.norm(h)) + self.time_emb_proj(condition)))


class MLP(nn.Module):
    def __init__(self, size, width, layers, features=256):
        super().__init__()
        self.register_buffer('frequencies', torch.exp(-math.log(1e4) * torch.arange(features // 2) / (features // 2)))
        self.time = nn.Sequential(nn.Linear(features, width), nn.SiLU(), nn.Linear(width, width))
        self.linear_in = nn.Linear(size, width)
        self.blocks = nn.ModuleList([Block(width) for _ in range(layers)])
        self.norm_out = nn.LayerNorm(width)
        self.linear_out = nn.Linear(width, size)

    def forward(self, x, t):
        angle = t[:, None] * self.frequencies
        condition = F.silu(self.time(torch.cat([angle.cos(), angle.sin()], -1)))
        h = self.linear_in(x)
        for block in self.blocks:
            h = block(h, condition)
        return self.linear_out(F.silu(self.norm_out(h)))


def timed(run, runs):
    for _ in range(10):
        run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return dict(min=min(times), median=sorted(times)[len(times) // 2])


def main():
    parser = argparse.ArgumentParser()
    for name, value in dict(batch=512, width=256, layers=3, threads=2, runs=100).items():
        parser.add_argument(f'--{name}', type=int, default=value)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    net = MLP(2, options.width, options.layers)
    optimizer = torch.optim.Adam(net.parameters(), 1e-4)
    data = torch.randn(4096, 2)
    average = [each.detach().clone() for each in net.parameters()]

    def step():
        x0, noise = data[torch.randint(0, 4096, (options.batch,))], torch.randn(options.batch, 2)
        t = torch.rand(options.batch)
        loss = F.mse_loss(net(torch.cos(t)[:, None] * x0 + torch.sin(t)[:, None] * noise, 999 * t), noise)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(average, 0.999)
            torch._foreach_add_(average, list(net.parameters()), alpha=0.001)

    def forward():
        with torch.no_grad():
            net(data[: options.batch], torch.full((options.batch,), 500.0))

    print(json.dumps(dict(torch=torch.__version__, parameters=sum(each.numel() for each in net.parameters()),
                          train_step_ms=timed(step, options.runs), forward_ms=timed(forward, options.runs))))


if __name__ == '__main__':
    main()
