/**
 * Textual inversion: a problem whose networks stay as they are, and what learns is the vectors of one new word, the last rows of the
 * table of tokens of every text encoder. Gal et al., An Image is Worth One Word: Personalizing Text-to-Image Generation using Textual Inversion (2022).
 */
import { TweedieError } from '../../errors.ts'
import { concat, input, slice } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { layoutOf, type NamedArray } from '../../engine/nn/layout.ts'
import { normalWith, Scope } from '../../engine/nn/parameters.ts'
import { type BaseWeights, frozenAs, frozenFlat, titlesOf } from './lora.ts'
import { jointLayout, mainNetwork } from './parts.ts'
import type { TrainProblem } from './problem.ts'
import type { WordSpec } from './spec.ts'
import { joinFloats } from '../../join-bytes.ts'
import { type TextPart, textParts } from './text-parts.ts'

/** The name of the part that learns, and of its parameter `[k, width]`; of a second encoder, `vectors_2`. */
export const wordPart = 'word'
const vectorsName = 'vectors'

/** What a model says of the word that it learned. */
export interface NewWord {
  readonly spec: WordSpec
  /** `[k, width]` by encoder. */
  readonly vectors: ReadonlyMap<string, NamedArray>
}

/** The table of tokens of a text encoder, whose last rows are the word's. */
interface Table {
  /** The part, and the parameter that learns. */
  readonly part: string
  readonly vectors: string
  readonly shape: readonly [vectors: number, width: number]
  /** The name of the table in the graph, and the vectors that the word begins with. */
  readonly whole: string
  readonly first: Float32Array
}

/**
 * The problem of learning the vectors of a word in every text encoder; those of the encoders' tables, which have the rows already, are the
 * first ones.
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
  const tables = problem.ownStep ? [] : textParts(problem.parts).flatMap((each) => tableOf(each, spec.vectors))
  if (tables.length === 0) {
    throw new TweedieError('usage', '`newWord`: no text encoder of the model reads captions in training', {
      hint: '`from`: a model that is asked in words, and `captions`',
    })
  }
  const frozen = frozenAs(problem.parts, base)
  const titles = titlesOf(problem.parts)
  const joint = jointLayout(problem.parts)
  const layout = layoutOf(tables.map(({ vectors: name, shape }) => ({ name, shape, init: normalWith(0.02) })))
  const first = joinFloats(tables.map((each) => each.first))
  const plain = frozenFlat(frozen, joint)
  return {
    ...problem,
    parts: {
      ...problem.parts,
      ...frozen,
      [wordPart]: { network: mainNetwork(problem), layout, weights: first },
    },
    loss(scope, items) {
      const learned = new Map(
        tables.map((table) => [table.whole, scope.parameter(table.vectors, table.shape, normalWith(0.02))]),
      )
      const make = (name: string, size: readonly number[]): Tensor => {
        const title = titles(name)
        const weight = input(title, size)
        const rows = learned.get(title)
        return rows ? concat([slice(weight, 0, 0, size[0]! - spec.vectors), rows], 0) : weight
      }
      return problem.loss(new Scope(make), items)
    },
    ...(problem.review && {
      review: (state, engine, options) => problem.review!({ ...state, params: plain, average: plain }, engine, options),
    }),
    async snapshot(state, training) {
      const model = await problem.snapshot({ ...state, params: plain, average: plain }, training)
      const vectors = new Map(
        tables.map(({ part, vectors: name, shape }) => [
          part,
          { shape, data: layout.view(state.average, name).slice() },
        ]),
      )
      return { ...model, word: { spec, vectors } }
    },
  }
}

/** That of an encoder; none where it has no table. */
function tableOf([part, { layout, weights }]: readonly [string, TextPart], vectors: number): readonly Table[] {
  const table = layout.specs.find(({ name }) => /(^|\.)token_embedding\.weight$/.test(name))
  if (table === undefined) return []
  const [rows, width] = table.shape as [number, number]
  const first = layout.view(weights, table.name).slice((rows - vectors) * width)
  return [
    {
      part,
      vectors: part.replace('text_encoder', vectorsName),
      shape: [vectors, width],
      whole: `${part}.${table.name}`,
      first,
    },
  ]
}
