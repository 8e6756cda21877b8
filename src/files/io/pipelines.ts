/**
 * The pipelines of diffusers that draw pictures from texts, and which of their parts are run here. Parts that change nothing in what is drawn, such as a
 * safety checker, are left out, and said; pipelines that work otherwise are refused by name.
 */
import { TweedieError } from '../../errors.ts'

/** A class of pipelines. */
export interface PipelineClass {
  /** The guidance that it has unless told otherwise, as the w of (w + 1) ε_c − w ε. */
  readonly guidance: number
  /** Whether it changes its scheduler's `steps_offset` to 1, as those of the first Stable Diffusion do. */
  readonly offsetsSteps?: true
}

/** A part as an index lists it. */
export interface ListedPart {
  readonly name: string
  readonly library: string
  readonly className: string
}

const stable: PipelineClass = { guidance: 6.5, offsetsSteps: true }
const large: PipelineClass = { guidance: 4 }
const consistent: PipelineClass = { guidance: 7.5 }

const pipelines: Readonly<Record<string, PipelineClass>> = Object.freeze({
  StableDiffusionPipeline: stable,
  StableDiffusionImg2ImgPipeline: stable,
  StableDiffusionInpaintPipeline: stable,
  StableDiffusionInpaintPipelineLegacy: stable,
  StableDiffusionXLPipeline: large,
  StableDiffusionXLImg2ImgPipeline: large,
  StableDiffusionXLInpaintPipeline: large,
  LatentConsistencyModelPipeline: consistent,
  LatentConsistencyModelImg2ImgPipeline: consistent,
})

/** The names of the pipelines that are understood. */
export const pipelineClasses: readonly string[] = Object.freeze(Object.keys(pipelines))

/** Parts that are networks, and run. */
const run = ['unet', 'vae', 'text_encoder', 'text_encoder_2']

/** A pipeline of this name; undefined for others. */
export function pipelineOf(className: string | undefined): PipelineClass | undefined {
  return className !== undefined && Object.hasOwn(pipelines, className) ? pipelines[className] : undefined
}

/** The parts of a pipeline that are run, and a sentence for each other one. */
export function partsToRun(
  className: string,
  listed: readonly ListedPart[],
): { readonly parts: readonly ListedPart[]; readonly notes: readonly string[] } {
  if (!pipelineOf(className)) return { parts: listed, notes: [] }
  const other = listed.filter(({ name }) => !run.includes(name) && !/^(scheduler|tokenizer(_\d)?)$/.test(name))
  return {
    parts: listed.filter((part) => !other.includes(part)),
    notes: other.map((part) => `${part.name} (${part.className}) is not run here${whyNot(part)}`),
  }
}

/**
 * The scheduler's configuration as the pipeline uses it.
 *
 * @param notes receives a sentence about what is changed
 */
export function schedulerOfPipeline(className: string | undefined, stated: object, notes: string[]): object {
  const { steps_offset: offset } = stated as { readonly steps_offset?: unknown }
  if (!pipelineOf(className)?.offsetsSteps || offset === undefined || offset === 1) return stated
  notes.push(
    `scheduler: steps_offset is 1 and not ${JSON.stringify(offset)}: ${className} changes it, here and in diffusers`,
  )
  return { ...stated, steps_offset: 1 }
}

/** @throws TweedieError `model` for a pipeline with a text encoder, or a network, that only other pipelines know how to use */
export function requireKnownPipeline(className: string, listed: readonly ListedPart[], source: string): void {
  if (pipelineOf(className)) return
  const foreign = listed.some(
    ({ library, className: each }) => library === 'diffusers' && /^UNet.*ConditionModel$/.test(each),
  )
  if (!foreign && !/^(Stable|Latent)/.test(className)) return
  throw new TweedieError('model', `${source}: pipelines of the class ${className} are not supported`, {
    hint: `supported are ${pipelineClasses.join(', ')}`,
  })
}

function whyNot({ name, className }: ListedPart): string {
  if (/checker/i.test(name + className)) return ': pictures are not checked for what should not be shown'
  return /^(image_encoder|feature_extractor)$/.test(name) ? ': pictures as prompts need it' : ''
}
