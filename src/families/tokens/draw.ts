/** The ability to draw tokens: a painter that keeps what it compiled, for every length drawn so far. */
import type { TokenSampler } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import type { TokenVocabulary } from '../../files/data/categorical.ts'
import { parseInfill } from '../../files/text/index.ts'
import type { ValuesOf } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
import type { drawOptions } from '../draw-options.ts'
import type { DrawWatch, Painter, Setting } from '../family.ts'
import { stepsText } from '../gaussian-sampler.ts'
import { defined } from '../defined.ts'
import { keptByLength } from '../kept-by-length.ts'
import { sessionOf } from '../session-of.ts'
import { drawnTokens, makesOfTokens, type ReadableTokens, tokensView, wayOf } from '../text-drawn.ts'
import { warmTokenGenerator } from './generate.ts'
import { type TokenModel, withLength } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { asRecorded, chooseTokenSampler } from './sampler-choice.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The default number of samples; for text one. */
const defaultCounts: Readonly<Record<TokenVocabulary['kind'], number>> = { text: 1, map: 16, levels: 16, table: 16 }

/** The default number of steps in continuous time. */
const continuousSteps = 256

/** A painter of a model. */
export function painter(opened: TokenModel, setting: Setting): Painter {
  const generators = keptByLength((length) => {
    const model = length === undefined ? opened : withLength(opened, length)
    return { model, generator: warmTokenGenerator(model, setting.engine, sessionOf(setting)) }
  })
  return {
    makes: makesOfTokens(opened),
    get compilations() {
      return generators.compilations
    },
    async draw(values, watch = {}) {
      const options = asRecorded(opened, values as Options)
      const { count = defaultCounts[opened.vocabulary.kind], seed = 0, batch, temperature, guidance } = options
      const template = templateOf(opened, options)
      const { model, generator } = generators.of(template?.length ?? options.length)
      const readable = { ...model, categories: model.process.categories }
      const labels = classesAsked(model, options.class, count)
      const sampler = chooseTokenSampler(model, options.sampler, setting.own)
      const way = watch.frames ? wayOf(readable) : undefined
      const drawn = await generator.draw({
        count,
        seed,
        batch,
        temperature,
        guidance,
        sampler,
        labels,
        fixed: template,
        steps: options.steps,
        shards: setting.shards,
        signal: watch.signal,
        onStep({ done, total, step }) {
          way?.put(step.index, step.s, step.x)
          report(readable, step, (count * done) / total, count, watch)
        },
      })
      setting.shards?.requireAll()
      return drawnTokens(readable, drawn.tokens, {
        classes: drawn.labels && Array.from(drawn.labels, (label) => model.classNames[label] ?? String(label)),
        ...howOf(model, options, sampler, drawn.evaluations),
        ...(way && { frames: way.frames() }),
      })
    },
    dispose: () => generators.dispose(),
    [Symbol.dispose]: () => generators.dispose(),
  }
}

function howOf({ process }: TokenModel, options: Options, sampler: TokenSampler | undefined, evaluations: number) {
  const { seed = 0, temperature = 1, infill, guidance = 0 } = options
  const steps = options.steps ?? process.spec.steps ?? continuousSteps
  const name = sampler?.name ?? (process.mask === null ? 'ancestral' : 'mdlm')
  return {
    how: {
      seed,
      sampler: name,
      steps,
      temperature,
      ...defined({ infill }),
      class: options.class ?? null,
      guidance,
      evaluations,
    },
    howText: `seed ${seed}, ${name}, ${stepsText(steps)}, ${evaluations} evaluations`,
  }
}

function report(
  readable: ReadableTokens,
  step: { readonly index: number; readonly total: number; readonly s: number; readonly x: Int32Array },
  done: number,
  total: number,
  { onProgress }: DrawWatch,
): void {
  onProgress?.({
    phase: 'sample',
    done,
    total,
    unit: makesOfTokens(readable).pictures === 'none' ? 'texts' : 'images',
    step: { index: step.index, total: step.total, time: step.s, view: () => tokensView(readable, step.x.slice()) },
  })
}

/** The fixed tokens of a template, −1 in its gaps. */
function templateOf({ vocabulary, shape }: TokenModel, { infill, length }: Options): Int32Array | undefined {
  if (infill === undefined) return undefined
  if (vocabulary.kind !== 'text') {
    throw new TweedieError('usage', `\`infill\` is for models of text, and this one is of ${vocabulary.kind}`)
  }
  const open = /\[MASK(?:…|\.\.\.)\]/.test(infill)
  return parseInfill(infill, vocabulary.tokenizer, length ?? (open ? shape[0] : undefined)).tokens
}
