/**
 * Textual inversion: a problem whose networks stay as they are, and what learns is the vectors of one new word, the last rows of a text
 * encoder's table of tokens. Gal et al., An Image is Worth One Word: Personalizing Text-to-Image Generation using Textual Inversion (2022).
 */
import { TweedieError } from '../../errors.ts'
import { concat, input, slice } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { layoutOf, type NamedArray } from '../../engine/nn/layout.ts'
import { normalWith, Scope } from '../../engine/nn/parameters.ts'
import { type BaseWeights, frozenAs, titlesOf } from './lora.ts'
import { jointLayout, mainNetwork } from './parts.ts'
import type { TrainProblem } from './problem.ts'
import type { WordSpec } from './spec.ts'

/** The name of the part that learns, and of its parameter `[k, width]`. */
export const wordPart = 'word'
const vectorsName = 'vectors'

/** What a model says of the word that it learned. */
export interface NewWord {
  readonly spec: WordSpec
  /** `[k, width]` by encoder. */
  readonly vectors: ReadonlyMap<string, NamedArray>
}

/** The text encoder that reads the captions, as a part of the problem. */
const encoderPart = 'text_encoder'

/**
 * The problem of learning the vectors of a word; those of the text encoder's table, which has the rows already, are the first ones.
 *
 * @param base the weights of the parts that would learn
 * @returns a problem whose models are the base, and have `word`
 * @throws TweedieError `usage` where no text encoder with a table reads captions
 */
export function wordProblem<Model>(
  problem: TrainProblem<Model>,
  spec: WordSpec,
  base: BaseWeights,
): TrainProblem<Model & { readonly word: NewWord }> {
  const encoder = problem.parts[encoderPart]
  const table = encoder?.layout.specs.find(({ name }) => /(^|\.)token_embedding\.weight$/.test(name))
  if (problem.ownStep || table === undefined || encoder?.learns !== false || encoder.weights === undefined) {
    throw new TweedieError('usage', '`newWord`: no text encoder of the model reads captions in training', {
      hint: '`from`: a model that is asked in words, and `captions`',
    })
  }
  const [rows, width] = table.shape as [number, number]
  const [shape, known] = [[spec.vectors, width], rows - spec.vectors]
  const whole = `${encoderPart}.${table.name}`
  const frozen = frozenAs(problem.parts, base)
  const titles = titlesOf(problem.parts)
  const joint = jointLayout(problem.parts)
  const layout = layoutOf([{ name: vectorsName, shape, init: normalWith(0.02) }])
  const first = encoder.layout.view(encoder.weights, table.name).slice(known * width)
  const plain = new Float32Array(joint.size)
  let at = 0
  for (const part of Object.values(frozen)) {
    plain.set(part.weights!, at)
    at += part.layout.size
  }
  return {
    ...problem,
    parts: {
      ...problem.parts,
      ...frozen,
      [wordPart]: { network: mainNetwork(problem), layout, weights: first },
    },
    loss(scope, items) {
      const learned = scope.parameter(vectorsName, shape, normalWith(0.02))
      const make = (name: string, size: readonly number[]): Tensor => {
        const title = titles(name)
        const weight = input(title, size)
        return title === whole ? concat([slice(weight, 0, 0, known), learned], 0) : weight
      }
      return problem.loss(new Scope(make), items)
    },
    ...(problem.review && {
      review: (state, engine, options) => problem.review!({ ...state, params: plain, average: plain }, engine, options),
    }),
    async snapshot(state, training) {
      const model = await problem.snapshot({ ...state, params: plain, average: plain }, training)
      const vectors = new Map([[encoderPart, { shape, data: state.average.slice() }]])
      return { ...model, word: { spec, vectors } }
    },
  }
}
