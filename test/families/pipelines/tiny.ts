/** Folders of diffusers with small networks of random weights, as files in memory. */
import { autoencoderFromConfig } from '../../../src/engine/nn/autoencoder-registry.ts'
import { autoencoderParameters } from '../../../src/engine/nn/autoencoder.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import type { Layout } from '../../../src/engine/nn/layout.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../../src/engine/nn/registry.ts'
import { textEncoderFromConfig } from '../../../src/engine/nn/text-encoder-registry.ts'
import { textEncoderParameters } from '../../../src/engine/nn/text-encoder.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { encodeBFloat16, encodeFloat16 } from '../../../src/files/io/half.ts'
import { writeSafetensors } from '../../../src/files/io/safetensors.ts'

export type Kind = 'sd' | 'xl' | 'refiner' | 'lcm' | 'inpaint'

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** Letters, alone and at the end of a word. */
const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i))
const vocabulary = Object.fromEntries(
  [...letters, ...letters.map((letter) => `${letter}</w>`), '<|startoftext|>', '<|endoftext|>'].map((token, i) => [
    token,
    i,
  ]),
)
const places = 12

const unet = {
  _class_name: 'UNet2DConditionModel',
  _diffusers_version: '0.24.0',
  sample_size: 8,
  in_channels: 4,
  out_channels: 4,
  block_out_channels: [8, 16],
  down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 2,
  cross_attention_dim: 8,
}
const large = {
  ...unet,
  cross_attention_dim: 20,
  addition_embed_type: 'text_time',
  addition_time_embed_dim: 4,
  projection_class_embeddings_input_dim: 6 + 24,
}
const unets: Readonly<Record<Kind, object>> = {
  sd: unet,
  xl: large,
  // five numbers beside the text, and one encoder
  refiner: { ...large, cross_attention_dim: 12, projection_class_embeddings_input_dim: 6 + 20 },
  lcm: { ...unet, time_cond_proj_dim: 6 },
  inpaint: { ...unet, in_channels: 9 },
}
const vae = {
  _class_name: 'AutoencoderKL',
  _diffusers_version: '0.24.0',
  sample_size: 32,
  block_out_channels: [4, 8],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
}
const encoder = {
  architectures: ['CLIPTextModel'],
  model_type: 'clip_text_model',
  vocab_size: Object.keys(vocabulary).length,
  hidden_size: 8,
  intermediate_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: places,
  hidden_act: 'quick_gelu',
  eos_token_id: vocabulary['<|endoftext|>'],
  projection_dim: 6,
}
const second = { ...encoder, architectures: ['CLIPTextModelWithProjection'], hidden_size: 12, hidden_act: 'gelu' }
const scheduler = {
  _class_name: 'DDIMScheduler',
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  steps_offset: 1,
  set_alpha_to_one: false,
  clip_sample: false,
}
const pipelines: Readonly<Record<Kind, string>> = {
  sd: 'StableDiffusionPipeline',
  xl: 'StableDiffusionXLPipeline',
  refiner: 'StableDiffusionXLImg2ImgPipeline',
  lcm: 'LatentConsistencyModelPipeline',
  inpaint: 'StableDiffusionInpaintPipeline',
}

const rounded = { F32: (data: Float32Array) => data, F16: encodeFloat16, BF16: encodeBFloat16 }

/** What is otherwise. */
export interface TinyOptions {
  readonly scheduler?: object | undefined
  readonly unet?: object | undefined
  readonly vae?: object | undefined
  /** More entries of the index. */
  readonly index?: object | undefined
  readonly dtype?: keyof typeof rounded | undefined
  readonly variant?: string | undefined
}

/** The files of a folder. */
export function tinyPipeline(kind: Kind, options: TinyOptions = {}): Map<string, Uint8Array> {
  const { dtype = 'F32', variant } = options
  const files = new Map<string, Uint8Array>()
  const names = kind === 'xl' ? ['', '_2'] : kind === 'refiner' ? ['_2'] : ['']
  const part = (name: string, config: object, stem: string, layout: Layout): void => {
    files.set(`${name}/config.json`, bytes(config))
    // layers that begin at zero too, or nothing would depend on the text
    const noise = normal(key(name.length + 1), new Float32Array(layout.size))
    const weights = layout.toMap(initialize(layout, key(name.length)).map((value, i) => value + 0.2 * noise[i]!))
    const tensors = new Map(
      Array.from(weights, ([each, { shape, data }]) => [each, { shape, dtype, data: rounded[dtype](data) }]),
    )
    files.set(`${name}/${stem}${variant ? `.${variant}` : ''}.safetensors`, writeSafetensors(tensors))
  }
  const configs = { unet: { ...unets[kind], ...options.unet }, vae: { ...vae, ...options.vae } }
  const own = kind === 'inpaint' ? { ...configs.unet, in_channels: 9 } : configs.unet
  part(
    'unet',
    own,
    'diffusion_pytorch_model',
    parametersOf(networkFromConfig('UNet2DConditionModel', plain(own, kind))),
  )
  part(
    'vae',
    configs.vae,
    'diffusion_pytorch_model',
    autoencoderParameters(autoencoderFromConfig('AutoencoderKL', configs.vae)),
  )
  for (const name of names) {
    const config = name === '' ? encoder : second
    part(
      `text_encoder${name}`,
      config,
      'model',
      textEncoderParameters(textEncoderFromConfig(config.architectures[0]!, config)),
    )
    files.set(`tokenizer${name}/vocab.json`, bytes(vocabulary))
    files.set(`tokenizer${name}/merges.txt`, new TextEncoder().encode('#version: 0.2\n'))
    files.set(`tokenizer${name}/tokenizer_config.json`, bytes({ model_max_length: places }))
  }
  const lcm = { ...scheduler, _class_name: 'LCMScheduler', original_inference_steps: 50, set_alpha_to_one: true }
  const noise = options.scheduler ?? (kind === 'lcm' ? lcm : scheduler)
  files.set('scheduler/scheduler_config.json', bytes(noise))
  files.set(
    'model_index.json',
    bytes({
      _class_name: pipelines[kind],
      _diffusers_version: '0.24.0',
      unet: ['diffusers', 'UNet2DConditionModel'],
      vae: ['diffusers', 'AutoencoderKL'],
      ...Object.fromEntries(
        names.flatMap((name) => [
          [`text_encoder${name}`, ['transformers', name === '' ? 'CLIPTextModel' : 'CLIPTextModelWithProjection']],
          [`tokenizer${name}`, ['transformers', 'CLIPTokenizer']],
        ]),
      ),
      scheduler: ['diffusers', (noise as { _class_name: string })._class_name],
      ...options.index,
    }),
  )
  return files
}

/** For the layout of the parameters: nothing else depends on it. */
function plain(config: object, kind: Kind): object {
  return kind === 'refiner' ? { ...config, time_ids_length: 5 } : config
}
