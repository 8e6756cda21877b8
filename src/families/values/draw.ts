/** The ability to draw values: a painter that keeps what it compiled, the models that guide it, and variances that it measured. */
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { namesOfKinds } from '../../files/data/kinds.ts'
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
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
import { longer, ofLength, requireLonger } from './frames/longer.ts'
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
  return {
    makes: makesOf(model),
    get compilations() {
      return generator.compilations
    },
    async draw(values, watch = {}) {
      const options = values as Options
      const { count = defaultCount, seed = 0, towards, batch, clip, arithmetic } = options
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
      const asked = classesAsked(classified, options.class, count)
      const texts = await askedTexts(model, options, setting.access)
      const styles = await askedStyles(model, options.style, setting.access)
      const conditions = await askConditions(model, options.condition, count, setting.access)
      const sampler = needsData(choice.sampler)
        ? await measuredSampler(choice.sampler, model, choice.times, options, { ...setting, ...watch })
        : choice.sampler
      const { length } = options
      if (length !== undefined) requireLonger(model, length)
      const way = watch.frames ? new Way(model, count) : undefined
      const request = {
        count,
        towards,
        batch,
        arithmetic,
        clip,
        guidance,
        sampler,
        times: choice.times,
        labels: asked,
        styles,
        ...texts,
        attention: options.attention,
        onRemark: setting.onRemark,
        signal: watch.signal,
        onStep(progress: GenerateProgress) {
          way?.put(progress)
          report(model, count, progress, watch)
        },
      }
      const first = await generator.draw({ ...request, seed, conditions })
      const { labels, attention } = first
      const items =
        length === undefined
          ? first.items
          : await longer(model, length, async (block, told) =>
              block === 0
                ? first.items
                : (
                    await generator.draw({
                      ...request,
                      seed: `${seed} block ${block}`,
                      conditions: { ...conditions, ...told },
                    })
                  ).items,
            )
      const shown = length === undefined ? model : ofLength(model, length)
      return drawnValues(shown, items, {
        classes: labels && Array.from(labels, (label) => classified.classNames[label] ?? String(label)),
        ...(texts.prompts && {
          captions: Array.from({ length: count }, (_, i) => texts.prompts![i % texts.prompts!.length]!),
        }),
        ...howOf(options, sampler, choice, guidance),
        ...(way && length === undefined && { frames: way.frames() }),
        ...(attention && (await import('../words/attention.ts')).attentionBeside(model, items, attention)),
      })
    },
    release: () => generator.release(),
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}

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
      ...defined({ negative, weak, style: options.style }),
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
