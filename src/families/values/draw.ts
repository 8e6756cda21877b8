/** The ability to draw values: a painter that keeps what it compiled, the models that guide it, and variances that it measured. */
import type { ItemStream } from '../../diffusion/sample/noise-source.ts'
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { namesOfKinds } from '../../files/data/kinds.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
import { labelsFor } from '../conditions.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Drawn, DrawWatch, Painter, Setting } from '../family.ts'
import { chooseSampler, measuredSamplers, needsData, type SamplerChoice, stepsText } from '../gaussian-sampler.ts'
import { defined } from '../defined.ts'
import { sessionOf } from '../session-of.ts'
import { askConditions } from '../ask-conditions.ts'
import { drawnValues, makesOf, valuesView } from '../drawn-values.ts'
import { type GenerateProgress, warmGenerator } from './generate.ts'
import { chooseGuidance } from './guidance-choice.ts'
import type { ModelGuidance } from './guided.ts'
import { askedStyles } from '../pictured/styled.ts'
import { askedTexts, type TextOptions } from '../words/asked-texts.ts'
import { measuredSampler } from './measured-sampler.ts'
import { type DrawBlock, lengthened, longer, ofLength } from './frames/longer.ts'
import type { Model } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { Way } from './way.ts'

type Options = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'prompt'> & TextOptions

/** The default number of items. */
const defaultCount = 16

/** A painter of a model. */
export function painter(model: Model, setting: Setting): Painter {
  const generator = warmGenerator(model, setting.engine, sessionOf(setting))
  const guidances = new Map<string, Promise<ModelGuidance>>()
  /** Guiding models are opened once: another copy would be compiled again. */
  const guidanceOf = (options: Options): Promise<ModelGuidance> => {
    const { guidance, guidanceRescale, guidanceInterval, negative, weak, classifier, classifierScale } = options
    const asked = { guidance, guidanceRescale, guidanceInterval, negative, weak, classifier, classifierScale }
    const key = JSON.stringify(asked)
    const found = guidances.get(key) ?? chooseGuidance(model, defined(asked), setting.access)
    guidances.set(key, found)
    found.catch(() => guidances.delete(key))
    return found
  }
  /** Draws what requests ask for; several differ in count, seed, class and prompt only. */
  const together = async (requests: readonly OptionValues[], watch: DrawWatch = {}): Promise<readonly Drawn[]> => {
    const options = requests[0] as Options
    const { seed = 0, towards, batch, clip, arithmetic } = options
    const counts = requests.map((each) => (each as Options).count ?? defaultCount)
    const count = counts.reduce((sum, own) => sum + own, 0)
    if (requests.length > 1) requireAlone(options, watch)
    const choice = chooseSampler(model, options, setting.own)
    if (options.data !== undefined && !needsData(choice.sampler)) {
      throw new TweedieError(
        'usage',
        `\`data\` is for samplers that are measured on data, not for ${choice.sampler.name}`,
        {
          hint: `\`sampler: ${measuredSamplers[0]!.name}\``,
        },
      )
    }
    const guidance = await guidanceOf(options)
    const classified = model.classNames.length > 0 ? model : { classNames: guidance.classifier?.classNames ?? [] }
    const asked = joinedLabels(
      requests.map((each, i) => {
        const own = classesAsked(classified, each.class, counts[i]!)
        return requests.length === 1 ? own : labelsFor(model, counts[i]!, own, 'in turn', classified.classNames)
      }),
    )
    const texts = await askedTexts(model, options, setting.access)
    const prompts =
      requests.length === 1 || texts.prompts === undefined
        ? texts.prompts
        : requests.flatMap((each, i) => inTurn([(each as Options).prompt ?? ''].flat(), counts[i]!))
    const styles = await askedStyles(model, options.style, setting.access)
    const conditions = await askConditions(model, options.condition, count, setting.access)
    const sampler = needsData(choice.sampler)
      ? await measuredSampler(choice.sampler, model, choice.times, options, { ...setting, ...watch })
      : choice.sampler
    const { length } = options
    const composed = length === undefined && options.overlap === undefined ? undefined : lengthened(model, options)
    const way = watch.frames && length === undefined ? new Way(model, count) : undefined
    const request = {
      count,
      ...(requests.length > 1 && { streams: streamsOf(requests, counts) }),
      towards,
      batch,
      arithmetic,
      clip,
      guidance,
      sampler,
      times: choice.times,
      labels: asked,
      composed,
      styles,
      ...texts,
      prompts,
      attention: options.attention,
      onRemark: setting.onRemark,
      shards: setting.shards,
      signal: watch.signal,
      onStep(progress: GenerateProgress) {
        way?.put(progress)
        report(model, count, progress, watch)
      },
    }
    const { items: made, labels, attention } = await generator.draw({ ...request, seed, conditions })
    const block: DrawBlock = async (number, told) => {
      if (number === 0) return made
      const own = { seed: `${seed} block ${number}`, conditions: { ...conditions, ...told } }
      return (await generator.draw({ ...request, ...own })).items
    }
    const items = length === undefined || composed ? made : await longer(model, length, block)
    setting.shards?.requireAll()
    const shown = length === undefined ? model : ofLength(model, length)
    const size = items.length / count
    let first = 0
    const drawn: Drawn[] = []
    for (const [i, own] of counts.entries()) {
      const [from, to] = [first, first + own]
      drawn.push(
        drawnValues(shown, requests.length === 1 ? items : items.slice(from * size, to * size), {
          classes:
            labels && Array.from(labels.subarray(from, to), (label) => classified.classNames[label] ?? String(label)),
          ...(prompts && { captions: inTurn(prompts, count).slice(from, to) }),
          ...howOf(requests[i] as Options, sampler, choice, guidance),
          ...(way && { frames: way.frames() }),
          ...(attention && (await import('../words/attention.ts')).attentionBeside(model, items, attention)),
        }),
      )
      first = to
    }
    return drawn
  }
  return {
    makes: makesOf(model),
    get compilations() {
      return generator.compilations
    },
    async draw(values, watch) {
      const [drawn] = await together([values], watch)
      return drawn!
    },
    drawTogether: together,
    release: () => generator.release(),
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}

/** Settings of which there is one for all items. */
function requireAlone(
  { towards, towardsPrompt, attention, prompts, style, condition, length }: Options,
  { frames }: DrawWatch,
): void {
  const [name] =
    Object.entries({ towards, towardsPrompt, attention, prompts, style, condition, length, frames }).find(
      ([, value]) => value,
    ) ?? []
  if (name !== undefined) throw new TweedieError('usage', `\`${name}\`: such a request is drawn alone`)
}

/** The run and the number of each item. */
function streamsOf(requests: readonly OptionValues[], counts: readonly number[]): readonly ItemStream[] {
  return requests.flatMap((request, i) =>
    Array.from({ length: counts[i]! }, (_, item) => ({ seed: (request as Options).seed ?? 0, item })),
  )
}

/** The classes of all items; undefined where none are named, or there are none. */
function joinedLabels(parts: readonly (Int32Array | undefined)[]): Int32Array | undefined {
  if (parts.length === 1) return parts[0]
  const known = parts.filter((part) => part !== undefined)
  return known.length === parts.length ? Int32Array.from(known.flatMap((part) => [...part])) : undefined
}

const inTurn = <T>(values: readonly T[], count: number): readonly T[] =>
  Array.from({ length: count }, (_, i) => values[i % values.length]!)

function howOf(
  options: Options,
  sampler: Sampler,
  { steps }: SamplerChoice,
  { classifier, w = 0 }: ModelGuidance,
): Pick<Drawn, 'how' | 'howText'> {
  const { seed = 0, towards, spacing, times, eta, churn, arithmetic, negative, weak } = options
  return {
    how: {
      seed,
      ...(towards !== undefined && { towards }),
      sampler: sampler.name,
      steps: steps ?? null,
      spacing: spacing ?? null,
      ...defined({ times, eta, churn, arithmetic: arithmetic === 'int8' ? arithmetic : undefined }),
      class: options.class ?? null,
      guidance: w,
      ...defined({ prompt: options.prompt, prompts: options.prompts, towardsPrompt: options.towardsPrompt }),
      ...defined({ longPrompts: options.longPrompts, clipSkip: options.clipSkip }),
      ...defined({ negative, weak, style: options.style, length: options.length, overlap: options.overlap }),
      ...(classifier && { classifier: options.classifier, classifierScale: options.classifierScale ?? 1 }),
    },
    howText: `seed ${seed}, ${sampler.name}, ${stepsText(steps)}`,
  }
}

/** Finished items; those of the current batch count in part. */
function report(model: Model, count: number, progress: GenerateProgress, { onProgress }: DrawWatch): void {
  const { done, total, step, toItems } = progress
  onProgress?.({
    phase: 'sample',
    done: (count * done) / total,
    total: count,
    unit: model.scale.kind === 'image' || model.scale.kind === 'video' ? namesOfKinds[model.scale.kind] : 'items',
    step: {
      index: step.index,
      total: step.total,
      time: step.s,
      view: () => valuesView(model, toItems(step.denoised)),
    },
  })
}
