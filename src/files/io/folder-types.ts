/** A model folder in memory. */
import type { UNet2DFields } from '../../engine/nn/unet2d/config.ts'
import type { Component, ModelWeight } from './component.ts'
import type { SchedulerConfig } from './scheduler-config.ts'
import type { TweedieMeta, TweedieMetaInput } from './tweedie-meta.ts'

/** Everything that a trained model is. */
export interface ModelFolder {
  /** Its parts by name: `unet` or `network`, and perhaps `vae`, `text_encoder`, `prior`, … */
  readonly components: ReadonlyMap<string, Component>
  /** Class and configuration of the main part: the one called `unet`, else `network`, else an autoencoder, else the only one. */
  readonly network: Pick<Component, 'className' | 'config' | 'onnx'>
  /** The parameters of the main part. */
  readonly weights: ReadonlyMap<string, ModelWeight>
  /** The noise that it was trained on, in diffusers' terms; `null` if it is in `meta.schedule`. */
  readonly scheduler: SchedulerConfig | null
  readonly meta: TweedieMeta
  /** Files of tokenizers and image processors by path, as they are: `tokenizer/vocab.json`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What was chosen or ignored while reading, in plain sentences. */
  readonly notes: readonly string[]
  /** How large weights are to be held. */
  readonly memory?: WeightMemory | undefined
}

/** What `encodeModelFolder` takes: a {@link ModelFolder} whose defaults may be left out. */
export interface ModelFolderInput {
  readonly network: ModelFolder['network']
  readonly weights: ModelFolder['weights']
  /** Where the main part lies, and whose class it is; default by its class: `unet` of diffusers, or `network` of tweedie. */
  readonly main?: { readonly name: string; readonly library: string } | undefined
  /** Other parts; an entry with the main part's name is ignored: `network` and `weights` define it. */
  readonly components?: ModelFolder['components'] | undefined
  /** The class of a pipeline of diffusers that it is, and its settings; default one of ours. */
  readonly pipeline?: { readonly className: string; readonly [setting: string]: unknown } | undefined
  /** Files of tokenizers and image processors, by path. */
  readonly files?: ModelFolder['files'] | undefined
  readonly scheduler: (Partial<SchedulerConfig> & { readonly _class_name: string }) | null
  readonly meta: TweedieMetaInput
}

/** How to read an incomplete folder. */
export interface ReadFolderOptions {
  /** The noise: the content of a `scheduler_config.json`. It takes the place of the folder's own. */
  readonly scheduler?: Readonly<Record<string, unknown>> | undefined
  /** Which of several weight files: `fp16`, `bf16`, …; default the plain one. */
  readonly variant?: string | undefined
  /** Height and width of the images where `sample_size` is null. */
  readonly sampleSize?: UNet2DFields['sample_size'] | undefined
  /** How large weights are held; default `auto`. */
  readonly memory?: WeightMemory | undefined
  /** The folder on a disk: weights beside an ONNX file stay there until the runtime reads them. */
  readonly root?: string | undefined
}

/**
 * How the weights of a part are held: `high`: in single precision, in one flat array; `low`: as their file stores them; `auto`: low if they are
 * large, which takes no copy of them, and widens each in every run where it is used.
 */
export type WeightMemory = 'auto' | 'low' | 'high'

/** The files of a model folder by their paths, with forward slashes. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>
