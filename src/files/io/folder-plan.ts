/**
 * Where the parts of a model lie in a folder. Four layouts are known: a pipeline with a folder for every part, as diffusers writes it; a
 * pipeline whose files all lie side by side; a training checkpoint (`unet/`, `unet_ema/`); a network alone (`config.json` and weights).
 */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { hasFurtherFiles } from './further-files.ts'
import { onnxFileName, onnxPlace, plainPipeline, withoutHalves } from './onnx-folder.ts'
import { parseConfig } from './parse-config.ts'
import type { PartPlace } from './part-place.ts'
import { partsToRun, requireKnownPipeline } from './pipelines.ts'

export type { PartPlace } from './part-place.ts'

/** Where everything lies. */
export interface FolderPlan {
  /** The class of the pipeline, if the folder has one. */
  readonly pipeline?: string | undefined
  /** What else its index says: settings, by name. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly parts: readonly PartPlace[]
  /** The scheduler's file; null: there is none, and `tweedie.json` has the noise. */
  readonly scheduler: string | null
  /** Sentences about the choices made. */
  readonly notes: readonly string[]
}

/** The file that lists the parts. */
export const indexPath = 'model_index.json'
/** The file that is different after every save, and is written last. */
export const metaPath = 'tweedie.json'

/** The configuration of a part, in its folder. */
export const configFile = 'config.json'
export const schedulerFile = 'scheduler_config.json'

/** Folders of a training checkpoint: the averaged weights, which are better, and the last ones. */
export const trainedParts = ['unet_ema', 'unet'] as const

/** Classes in an index that are not networks. */
export const noNetwork = /(Scheduler|Tokenizer|TokenizerFast|Processor|Extractor|Checker)$/
const partName = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Makes the plan of a folder.
 *
 * @param names paths of its files; others are ignored
 * @param json the content of one of them
 * @param source what to call the folder in errors
 * @throws TweedieError `model` where no layout is known
 */
export function planFolder(names: ReadonlySet<string>, json: (path: string) => unknown, source: string): FolderPlan {
  // a folder of ours has an index: without it, it is broken
  if (names.has(indexPath) || names.has(metaPath)) return planPipeline(names, json(indexPath), source)
  const notes: string[] = []
  const scheduler = placeOf(names, schedulerFile, 'scheduler') ?? null
  const trained = trainedParts.filter((name) => names.has(`${name}/${configFile}`))
  if (trained.length === 2) notes.push('unet_ema is read: the average of the weights; unet has the last ones')
  if (trained.length > 0) return { parts: [{ name: 'unet', folder: `${trained[0]}/` }], scheduler, notes }
  if (names.has(configFile)) return { parts: [{ name: 'unet', folder: '' }], scheduler, notes }
  throw new TweedieError('model', `${source}/${indexPath}: no such file`, { hint: 'is this the folder of a model?' })
}

/** The folders that may hold files of a model: those that an index lists, or those of a training checkpoint. */
export function partFolders(index: unknown): readonly string[] {
  if (index === undefined) return [...trainedParts, 'scheduler']
  return Object.keys(Object(index)).filter((name) => partName.test(name) && !name.startsWith('_'))
}

/** The folders of an index that hold files of tokenizers and image processors. */
export function furtherFolders(index: unknown): readonly string[] {
  return partFolders(index === undefined ? {} : index).filter((name) => {
    const entry = (index as Readonly<Record<string, unknown>>)[name]
    return Array.isArray(entry) && typeof entry[1] === 'string' && hasFurtherFiles(entry[1])
  })
}

function planPipeline(names: ReadonlySet<string>, value: unknown, source: string): FolderPlan {
  const file = `${source}/${indexPath}`
  const index = parseConfig(z.looseObject({ _class_name: z.string() }), value, file)
  const entry = z.tuple([z.nullable(z.string()), z.nullable(z.string())])
  const listed = Object.entries(index).flatMap(([name, item]) => {
    const { data } = entry.safeParse(item)
    return data?.[0] && data[1] ? [{ name, library: data[0], className: data[1] }] : []
  })
  const strange = listed.find(({ name }) => !partName.test(name))
  if (strange) throw new TweedieError('model', `${file}: ${JSON.stringify(strange.name)} is no name of a part`)
  const isOurs = names.has(metaPath)
  const pipeline = plainPipeline(index._class_name)
  const whole = withoutHalves(listed)
  if (!isOurs) requireKnownPipeline(pipeline, whole, file)
  const { parts: used, notes } = isOurs ? { parts: whole, notes: [] } : partsToRun(pipeline, whole)
  const parts = used
    .filter(({ className }) => !noNetwork.test(className))
    .map((part) => onnxPlace({ ...part, folder: isFlat(names, part.name) ? '' : `${part.name}/` }, names))
  const wanted = listed.some(({ name }) => name === 'scheduler')
  return {
    pipeline,
    settings: Object.fromEntries(
      Object.entries(index).filter(([name, item]) => !name.startsWith('_') && !Array.isArray(item)),
    ),
    parts,
    scheduler: wanted ? (placeOf(names, schedulerFile, 'scheduler') ?? `scheduler/${schedulerFile}`) : null,
    notes,
  }
}

/** Whether a part's files lie beside the index. */
function isFlat(names: ReadonlySet<string>, name: string): boolean {
  return !names.has(`${name}/${configFile}`) && !names.has(`${name}/${onnxFileName}`) && names.has(configFile)
}

function placeOf(names: ReadonlySet<string>, file: string, folder: string): string | undefined {
  return [`${folder}/${file}`, file].find((path) => names.has(path))
}
