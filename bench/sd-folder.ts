/**
 * A folder like that of Stable Diffusion 1.5, with random weights in sixteen bits: for measuring, since no weights of anyone's are needed
 * to see what a picture costs.
 *
 *     npx tsx bench/sd-folder.ts FOLDER --tokenizer ../shared/golden/tiny-sd/tokenizer [--tiny] [--dtype float16]
 */
import { cpSync, mkdirSync, openSync, closeSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { autoencoderFromConfig, autoencoderParameters } from '../src/engine/nn/index.ts'
import { networkFromConfig, parametersOf } from '../src/engine/nn/index.ts'
import { textEncoderFromConfig, textEncoderParameters } from '../src/engine/nn/index.ts'
import type { Layout, ParameterSpec } from '../src/engine/nn/index.ts'
import { fold, key, uniform } from '../src/engine/random/index.ts'
import { sizeOf } from '../src/engine/graph/index.ts'
import { encodeBFloat16 } from '../src/files/io/half.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    tokenizer: { type: 'string' },
    tiny: { type: 'boolean', default: false },
    dtype: { type: 'string', default: 'float16' },
  },
})
const [folder] = positionals
const { tokenizer, tiny, dtype } = values
if (folder === undefined || tokenizer === undefined) throw new Error('FOLDER and --tokenizer FOLDER are needed')

const unet = {
  _class_name: 'UNet2DConditionModel',
  _diffusers_version: '0.6.0',
  sample_size: tiny ? 8 : 64,
  in_channels: 4,
  out_channels: 4,
  layers_per_block: tiny ? 1 : 2,
  block_out_channels: tiny ? [32, 64] : [320, 640, 1280, 1280],
  down_block_types: tiny
    ? ['CrossAttnDownBlock2D', 'DownBlock2D']
    : [...Array.from({ length: 3 }, () => 'CrossAttnDownBlock2D'), 'DownBlock2D'],
  up_block_types: tiny
    ? ['UpBlock2D', 'CrossAttnUpBlock2D']
    : ['UpBlock2D', ...Array.from({ length: 3 }, () => 'CrossAttnUpBlock2D')],
  cross_attention_dim: tiny ? 32 : 768,
  attention_head_dim: 8,
}
const textEncoder = {
  architectures: ['CLIPTextModel'],
  model_type: 'clip_text_model',
  vocab_size: 49408,
  hidden_size: tiny ? 32 : 768,
  intermediate_size: tiny ? 64 : 3072,
  num_hidden_layers: tiny ? 2 : 12,
  num_attention_heads: tiny ? 2 : 12,
  max_position_embeddings: 77,
  hidden_act: 'quick_gelu',
  layer_norm_eps: 1e-5,
  projection_dim: tiny ? 32 : 768,
  bos_token_id: 49406,
  eos_token_id: 49407,
  pad_token_id: 49407,
}
const blocks = tiny ? 2 : 4
const vae = {
  _class_name: 'AutoencoderKL',
  _diffusers_version: '0.6.0',
  act_fn: 'silu',
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  block_out_channels: tiny ? [32, 64] : [128, 256, 512, 512],
  down_block_types: Array.from({ length: blocks }, () => 'DownEncoderBlock2D'),
  up_block_types: Array.from({ length: blocks }, () => 'UpDecoderBlock2D'),
  layers_per_block: tiny ? 1 : 2,
  norm_num_groups: 32,
  sample_size: tiny ? 16 : 512,
  scaling_factor: 0.18215,
}
const scheduler = {
  _class_name: 'DDIMScheduler',
  _diffusers_version: '0.6.0',
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  clip_sample: false,
  set_alpha_to_one: false,
  steps_offset: 1,
  prediction_type: 'epsilon',
}
const index = {
  _class_name: 'StableDiffusionPipeline',
  _diffusers_version: '0.6.0',
  scheduler: ['diffusers', 'DDIMScheduler'],
  text_encoder: ['transformers', 'CLIPTextModel'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  unet: ['diffusers', 'UNet2DConditionModel'],
  vae: ['diffusers', 'AutoencoderKL'],
  safety_checker: [null, null],
  feature_extractor: [null, null],
  requires_safety_checker: false,
}

const dtypes = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const
const type = dtypes[dtype as keyof typeof dtypes]
if (type === undefined) throw new Error(`--dtype ${dtype}: float32, float16 or bfloat16`)
const width = type === 'F32' ? 4 : 2

writeJson('model_index.json', index)
writeJson('scheduler/scheduler_config.json', scheduler)
cpSync(tokenizer, join(folder, 'tokenizer'), { recursive: true })
part('unet', unet, parametersOf(networkFromConfig(unet._class_name, unet)), 'diffusion_pytorch_model')
part('text_encoder', textEncoder, textEncoderParameters(textEncoderFromConfig('CLIPTextModel', textEncoder)), 'model')
part('vae', vae, autoencoderParameters(autoencoderFromConfig('AutoencoderKL', vae)), 'diffusion_pytorch_model')

function writeJson(name: string, value: unknown): void {
  mkdirSync(join(folder!, name, '..'), { recursive: true })
  writeFileSync(join(folder!, name), `${JSON.stringify(value, null, 2)}\n`)
}

/** Writes a part: its configuration, and its weights one after the other, so that no more than one is ever in memory. */
function part(name: string, config: object, { specs, size }: Layout, stem: string): void {
  writeJson(`${name}/config.json`, config)
  let end = 0
  const entries = specs.map((spec) => {
    const begin = end
    end += sizeOf(spec.shape) * width
    return [spec.name, { dtype: type, shape: spec.shape, data_offsets: [begin, end] }]
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const padded = Buffer.alloc(Math.ceil(header.length / 8) * 8, ' ')
  header.copy(padded)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  const file = openSync(join(folder!, name, `${stem}.safetensors`), 'w')
  for (const bytes of [length, padded]) writeSync(file, bytes)
  for (const spec of specs) write(file, bytesOf(values16(spec)))
  closeSync(file)
  console.log(`${name}: ${(size / 1e6).toFixed(1)} M parameters, ${((size * width) / 1e6).toFixed(0)} MB`)
}

function write(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}

/** Uniform numbers of the variance 1/fanIn for matrices and kernels; norms are identities, biases zero. */
function values16({ name, shape }: ParameterSpec): Float32Array {
  const data = new Float32Array(sizeOf(shape))
  if (shape.length === 1) return data.fill(name.endsWith('bias') ? 0 : 1)
  const bound = Math.sqrt(3 / (name.includes('embedding.weight') ? 1000 : sizeOf(shape.slice(1))))
  uniform(fold(key(0), name), data)
  for (let i = 0; i < data.length; i++) data[i] = bound * (2 * data[i]! - 1)
  return data
}

function bytesOf(data: Float32Array): Uint8Array {
  if (type === 'F32') return new Uint8Array(data.buffer)
  if (type === 'BF16') return new Uint8Array(encodeBFloat16(data).buffer)
  return new Uint8Array(quickHalves(data).buffer)
}

/** Halves of numbers between 2⁻¹⁴ and 1, rounded towards zero; smaller ones become zero. Quick, since there are a billion. */
function quickHalves(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer)
  const halves = new Uint16Array(data.length)
  for (let i = 0; i < halves.length; i++) {
    const word = bits[i]!
    const magnitude = word & 0x7fffffff
    halves[i] = ((word >>> 16) & 0x8000) | (magnitude < 0x38800000 ? 0 : (magnitude - 0x38000000) >>> 13)
  }
  return halves
}
