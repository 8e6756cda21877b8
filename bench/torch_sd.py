#!/usr/bin/python3
"""The PyTorch peer of bench/pipeline.ts: the U-Net of Stable Diffusion 1.5 in plain modules, timed on the CPU.

Install (Debian): apt-get install -y python3-torch python3-numpy libopenblas0-pthread
    torch_sd.py --threads 2 --runs 3              # random weights, latents 64 x 64, batch 2 (one picture with guidance)
    torch_sd.py --folder DIR --check FILE         # the weights of DIR/unet; compares with x, t, context -> output of FILE
Prints one JSON object. Times are milliseconds. --dtype bfloat16 computes in bfloat16 instead.
"""
import argparse, json, math, os, resource, struct, time
import numpy as np, torch
import torch.nn as nn, torch.nn.functional as F

SD15 = dict(sample_size=64, in_channels=4, out_channels=4, layers_per_block=2, block_out_channels=[320, 640, 1280, 1280],
            down_block_types=['CrossAttnDownBlock2D'] * 3 + ['DownBlock2D'], up_block_types=['UpBlock2D'] + ['CrossAttnUpBlock2D'] * 3,
            norm_num_groups=32, norm_eps=1e-5, attention_head_dim=8, cross_attention_dim=768)


class Resnet(nn.Module):
    def __init__(s, i, o, t, g, eps):
        super().__init__()
        s.norm1 = nn.GroupNorm(g, i, eps); s.conv1 = nn.Conv2d(i, o, 3, padding=1); s.time_emb_proj = nn.Linear(t, o)
        s.norm2 = nn.GroupNorm(g, o, eps); s.conv2 = nn.Conv2d(o, o, 3, padding=1)
        s.conv_shortcut = nn.Conv2d(i, o, 1) if i != o else None

    def forward(s, x, t):
        h = s.conv1(F.silu(s.norm1(x))) + s.time_emb_proj(F.silu(t))[:, :, None, None]
        h = s.conv2(F.silu(s.norm2(h)))
        return h + (s.conv_shortcut(x) if s.conv_shortcut is not None else x)


class Attention(nn.Module):
    def __init__(s, c, context, heads):
        super().__init__()
        s.heads = heads
        s.to_q = nn.Linear(c, c, bias=False); s.to_k = nn.Linear(context, c, bias=False)
        s.to_v = nn.Linear(context, c, bias=False); s.to_out = nn.ModuleList([nn.Linear(c, c)])

    def forward(s, x, context):
        b, n, c = x.shape
        split = lambda y: y.view(b, y.shape[1], s.heads, -1).transpose(1, 2).reshape(b * s.heads, y.shape[1], -1)
        q, k, v = split(s.to_q(x)), split(s.to_k(context)), split(s.to_v(context))
        scores = torch.baddbmm(torch.empty(q.shape[0], n, k.shape[1], dtype=q.dtype), q, k.transpose(1, 2), beta=0, alpha=q.shape[-1] ** -0.5)
        y = torch.bmm(scores.softmax(-1), v)
        return s.to_out[0](y.view(b, s.heads, n, -1).transpose(1, 2).reshape(b, n, c))


class GEGLU(nn.Module):
    def __init__(s, c, inner):
        super().__init__(); s.proj = nn.Linear(c, 2 * inner)

    def forward(s, x):
        a, b = s.proj(x).chunk(2, -1)
        return a * F.gelu(b)


class Block(nn.Module):
    def __init__(s, c, context, heads):
        super().__init__()
        s.norm1, s.norm2, s.norm3 = nn.LayerNorm(c), nn.LayerNorm(c), nn.LayerNorm(c)
        s.attn1, s.attn2 = Attention(c, c, heads), Attention(c, context, heads)
        s.ff = nn.Module(); s.ff.net = nn.ModuleList([GEGLU(c, 4 * c), nn.Identity(), nn.Linear(4 * c, c)])

    def forward(s, x, context):
        h = s.norm1(x); x = x + s.attn1(h, h)
        x = x + s.attn2(s.norm2(x), context)
        return x + s.ff.net[2](s.ff.net[0](s.norm3(x)))


class Transformer(nn.Module):
    def __init__(s, c, context, heads, g):
        super().__init__()
        s.norm = nn.GroupNorm(g, c, 1e-6); s.proj_in = nn.Conv2d(c, c, 1)
        s.transformer_blocks = nn.ModuleList([Block(c, context, heads)]); s.proj_out = nn.Conv2d(c, c, 1)

    def forward(s, x, context):
        b, c, h, w = x.shape
        y = s.proj_in(s.norm(x)).permute(0, 2, 3, 1).reshape(b, h * w, c)
        for block in s.transformer_blocks: y = block(y, context)
        return x + s.proj_out(y.reshape(b, h, w, c).permute(0, 3, 1, 2))


class Sampler(nn.Module):
    def __init__(s, c, down):
        super().__init__(); s.down = down; s.conv = nn.Conv2d(c, c, 3, stride=2 if down else 1, padding=1)

    def forward(s, x): return s.conv(x if s.down else F.interpolate(x, scale_factor=2.0, mode='nearest'))


def block(resnets, attentions, **sampler):
    b = nn.Module(); b.resnets = nn.ModuleList(resnets)
    b.attentions = nn.ModuleList(attentions) if attentions else None
    for name in ('downsamplers', 'upsamplers'): setattr(b, name, nn.ModuleList([sampler[name]]) if sampler.get(name) else None)
    return b


class UNet(nn.Module):
    def __init__(s, c):
        super().__init__()
        ch, n, g, eps = c['block_out_channels'], c['layers_per_block'], c['norm_num_groups'], c['norm_eps']
        t, s.first = ch[0] * 4, ch[0]
        heads = c['attention_head_dim']  # the name is wrong in these configurations: it is the number of heads
        attention = lambda k: Transformer(k, c['cross_attention_dim'], heads, g)
        s.conv_in = nn.Conv2d(c['in_channels'], ch[0], 3, padding=1)
        s.time_embedding = nn.Module(); s.time_embedding.linear_1 = nn.Linear(ch[0], t); s.time_embedding.linear_2 = nn.Linear(t, t)
        s.down_blocks, s.up_blocks = nn.ModuleList(), nn.ModuleList()
        last = ch[0]
        for i, (kind, o) in enumerate(zip(c['down_block_types'], ch)):
            res = [Resnet(last if j == 0 else o, o, t, g, eps) for j in range(n)]
            s.down_blocks.append(block(res, [attention(o) for _ in range(n)] if 'Cross' in kind else None,
                                       downsamplers=Sampler(o, True) if i < len(ch) - 1 else None)); last = o
        m = ch[-1]
        s.mid_block = block([Resnet(m, m, t, g, eps), Resnet(m, m, t, g, eps)], [attention(m)])
        back = ch[::-1]
        for i, (kind, o) in enumerate(zip(c['up_block_types'], back)):
            skip = back[min(i + 1, len(ch) - 1)]
            res = [Resnet((last if j == 0 else o) + (skip if j == n else o), o, t, g, eps) for j in range(n + 1)]
            s.up_blocks.append(block(res, [attention(o) for _ in range(n + 1)] if 'Cross' in kind else None,
                                     upsamplers=Sampler(o, False) if i < len(ch) - 1 else None)); last = o
        s.conv_norm_out = nn.GroupNorm(g, ch[0], eps); s.conv_out = nn.Conv2d(ch[0], c['out_channels'], 3, padding=1)

    def forward(s, x, t, context):
        half = s.first // 2
        angles = t[:, None].float() * torch.exp(-math.log(10000) * torch.arange(half) / half)
        e = torch.cat([angles.cos(), angles.sin()], -1).to(x.dtype)
        e = s.time_embedding.linear_2(F.silu(s.time_embedding.linear_1(e)))
        h = s.conv_in(x); skips = [h]
        for b in s.down_blocks:
            for j, r in enumerate(b.resnets):
                h = r(h, e)
                if b.attentions is not None: h = b.attentions[j](h, context)
                skips.append(h)
            if b.downsamplers is not None: h = b.downsamplers[0](h); skips.append(h)
        h = s.mid_block.resnets[0](h, e); h = s.mid_block.attentions[0](h, context); h = s.mid_block.resnets[1](h, e)
        for b in s.up_blocks:
            for j, r in enumerate(b.resnets):
                h = r(torch.cat([h, skips.pop()], 1), e)
                if b.attentions is not None: h = b.attentions[j](h, context)
            if b.upsamplers is not None: h = b.upsamplers[0](h)
        return s.conv_out(F.silu(s.conv_norm_out(h)))


def read_safetensors(path):
    kinds = {'F32': np.float32, 'F16': np.float16, 'I64': np.int64, 'I32': np.int32}
    with open(path, 'rb') as f:
        header = json.loads(f.read(struct.unpack('<Q', f.read(8))[0])); start = f.tell()
        for name, e in header.items():
            if name == '__metadata__': continue
            a, b = e['data_offsets']; f.seek(start + a)
            yield name, torch.from_numpy(np.frombuffer(f.read(b - a), kinds[e['dtype']]).reshape(e['shape']).copy())


def load(model, folder, dtype):
    parameters = dict(model.named_parameters())
    path = os.path.join(folder, 'unet')
    with torch.no_grad():
        for name in sorted(os.listdir(path)):
            if name.endswith('.safetensors'):
                for key, value in read_safetensors(os.path.join(path, name)): parameters.pop(key).copy_(value)
    if parameters: raise SystemExit('missing: ' + ', '.join(list(parameters)[:5]))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--folder'); p.add_argument('--check'); p.add_argument('--threads', type=int, default=2)
    p.add_argument('--runs', type=int, default=3); p.add_argument('--size', type=int, default=64)
    p.add_argument('--batch', type=int, default=2); p.add_argument('--dtype', default='float32')
    o = p.parse_args()
    torch.set_num_threads(o.threads); torch.manual_seed(0)
    began = time.perf_counter()
    config = SD15
    if o.folder: config = {**SD15, **json.load(open(os.path.join(o.folder, 'unet', 'config.json')))}
    dtype = getattr(torch, o.dtype)
    torch.set_default_dtype(dtype)
    model = UNet(config).eval()
    if o.folder: load(model, o.folder, dtype)
    opened = time.perf_counter() - began
    result = dict(torch=torch.__version__, parameters=sum(x.numel() for x in model.parameters()), opened_s=opened, threads=o.threads)
    with torch.inference_mode():
        if o.check:
            given = dict(read_safetensors(o.check))
            y = model(given['x'].to(dtype), given['t'], given['context'].to(dtype)).float()
            result['error'] = float((y - given['output']).abs().max() / given['output'].abs().max())
        else:
            x = torch.randn(o.batch, config['in_channels'], o.size, o.size); c = torch.randn(o.batch, 77, config['cross_attention_dim'])
            times = []
            for run in range(o.runs + 1):
                began = time.perf_counter(); model(x, torch.full([o.batch], 500.0), c); times.append(1e3 * (time.perf_counter() - began))
            result.update(first_ms=times[0], step_ms=dict(min=min(times[1:]), median=sorted(times[1:])[len(times[1:]) // 2]))
    result['peakMB'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps(result))


main()
