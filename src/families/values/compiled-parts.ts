/** Compiles parts of models of values under keys that contain everything that decides each graph, so that nothing is compiled twice. */
import type { AttentionMaps } from '../../compiled/attention-maps.ts'
import { calibrate } from '../../compiled/calibrate.ts'
import { type ModelDenoiser, modelDenoiser } from '../../compiled/denoiser.ts'
import { numberOf } from '../../compiled/kept.ts'
import { promptEncoder } from '../../compiled/prompts/prompt-encoder.ts'
import { type ModelVjp, modelVjp } from '../../compiled/vjp.ts'
import type { ConvolutionRanges } from '../../engine/onnx/int8-convolution.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { defined } from '../defined.ts'
import type { Compiled, WarmSession } from '../warm.ts'
import type { StylesSource } from '../pictured/styled.ts'
import type { WordsSource } from '../words/told.ts'
import { modelClassGradient } from './class-gradient.ts'
import type { GuidedParts } from './guided.ts'
import type { Model } from './model.ts'

/** The source of compiled parts. */
export interface CompiledParts extends Pick<GuidedParts, 'classGradient'> {
  /** The ranges of a model's convolutions, for arithmetic in eight bits. */
  ranges(): Promise<ConvolutionRanges>
  denoiser(model: Model, batch: number, ranges?: ConvolutionRanges): Promise<ModelDenoiser>
  /** A denoiser with its derivative. */
  vjp(model: Model, batch: number): Promise<ModelVjp>
  /** The network of a model with the weights of its attention. */
  attention(model: Model, batch: number): Promise<AttentionMaps>
  /** The text encoders of a model. */
  readonly words: WordsSource
  /** The encoder of pictures whose style is asked for. */
  readonly styles: StylesSource
}

/** @param model the model that is sampled; others may guide it */
export function compiledParts(model: Model, engine: Engine, session: WarmSession, compiled: Compiled): CompiledParts {
  const options = defined(session)
  const { profile: _, ...rest } = options
  return {
    ranges: () => compiled('ranges', (signal) => calibrate(model, engine, { ...rest, signal })),
    denoiser: (each, batch, ranges) =>
      compiled(`denoiser ${numberOf(each)} ${batch} ${ranges ? numberOf(ranges) : ''}`, () =>
        modelDenoiser(each, engine, { ...options, batch, ranges }),
      ),
    attention: (each, batch) =>
      compiled(`attention ${numberOf(each)} ${batch}`, async () => {
        const { attentionMaps } = await import('../../compiled/attention-maps.ts')
        return attentionMaps(each, engine, { ...rest, batch })
      }),
    vjp: (each, batch) =>
      compiled(`derivative ${numberOf(each)} ${batch}`, () => modelVjp(each, engine, { ...rest, batch })),
    words: (words) => compiled(`words ${numberOf(words)}`, async () => promptEncoder(words, engine, rest)),
    styles: (part, size) =>
      compiled(`styles ${numberOf(part)} ${size}`, async () => {
        const { compiledImageEncoder } = await import('../../compiled/image-encoder.ts')
        return compiledImageEncoder(part, engine, { ...rest, batch: size })
      }),
    classGradient: (classifier, batch) =>
      compiled(`classifier ${numberOf(classifier)} ${batch}`, () =>
        modelClassGradient(classifier, model, engine, { ...rest, batch }),
      ),
  }
}
