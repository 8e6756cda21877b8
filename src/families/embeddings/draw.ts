/**
 * The ability to draw text from noisy embeddings: a painter that keeps what it compiled, for every length drawn so far.
 */
import type { TokenRequirement } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Painter, Setting } from '../family.ts'
import { type SamplerChoice, stepsText } from '../gaussian-sampler.ts'
import { defined } from '../defined.ts'
import { keptByLength } from '../kept-by-length.ts'
import { sessionOf } from '../session-of.ts'
import { drawnTokens, makesOfTokens, tokensView, wayOf } from '../text-drawn.ts'
import { warmEmbeddedGenerator } from './generate.ts'
import { type EmbeddingModel, withTextLength } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { parseRequirements } from './requirements.ts'
import { chooseEmbeddedSampler } from './sampler-choice.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** A painter of a model. */
export function painter(opened: EmbeddingModel, setting: Setting): Painter {
  const generators = keptByLength((length) => {
    const model = length === undefined ? opened : withTextLength(opened, length)
    return { model, generator: warmEmbeddedGenerator(model, setting.engine, sessionOf(setting)) }
  })
  return {
    makes: makesOfTokens(opened),
    get compilations() {
      return generators.compilations
    },
    async draw(values, watch = {}) {
      const options = values as Options
      const { count = 1, seed = 0, batch, clamp = false, fluency } = options
      const { model, generator } = generators.of(options.length)
      const readable = { ...model, categories: model.network.vocabulary.tokens }
      const required = requirementsOf(model, options)
      const choice = chooseEmbeddedSampler(required.length > 0 ? controlledModel(model) : model, options, setting.own)
      const way = watch.frames ? wayOf(readable) : undefined
      const { tokens } = await generator.draw({
        count,
        seed,
        batch,
        clamp,
        times: choice.times,
        require: required,
        ...(required.length === 0 && { sampler: choice.sampler }),
        control: fluency === undefined ? {} : { lambda: fluency },
        shards: setting.shards,
        signal: watch.signal,
        onStep({ done, total, step, tokens: now }) {
          way?.put(step.index, step.s, now())
          watch.onProgress?.({
            phase: 'sample',
            done: (count * done) / total,
            total: count,
            unit: 'texts',
            step: {
              index: step.index,
              total: step.total,
              time: step.s,
              view: () => tokensView(readable, now()),
            },
          })
        },
      })
      setting.shards?.requireAll()
      return drawnTokens(readable, tokens, {
        ...howOf(options, choice, required),
        ...(way && { frames: way.frames() }),
      })
    },
    dispose: () => generators.dispose(),
    [Symbol.dispose]: () => generators.dispose(),
  }
}

/** Control always has its own sampler, on the steps of ddpm, whatever the folder names. */
function controlledModel(model: EmbeddingModel): EmbeddingModel {
  const { sampler: _, ...sampler } = model.meta.sampler
  return { ...model, meta: { ...model.meta, sampler } }
}

function howOf(options: Options, { sampler, steps }: SamplerChoice, required: readonly TokenRequirement[]) {
  const { seed = 0, clamp = false, require, fluency } = options
  const name = required.length === 0 ? sampler.name : 'controlled'
  return {
    how: { seed, sampler: name, steps: steps ?? null, clamp, ...defined({ require, fluency }) },
    howText: `seed ${seed}, ${name}, ${stepsText(steps)}`,
  }
}

function requirementsOf(
  { vocabulary }: EmbeddingModel,
  { require = [], fluency, sampler }: Options,
): TokenRequirement[] {
  if (require.length === 0) {
    if (fluency === undefined) return []
    throw new TweedieError('usage', '`fluency` is a weight against `require`, and `require` is not set')
  }
  if (vocabulary.kind !== 'text') {
    throw new TweedieError('usage', `\`require\` is for models of text, and this one is of ${vocabulary.kind}`)
  }
  const required = require.flatMap((text) => parseRequirements(text, vocabulary.tokenizer))
  if (sampler === undefined) return required
  throw new TweedieError('usage', `\`require\` has a sampler of its own, ${sampler} does not go with it`)
}
