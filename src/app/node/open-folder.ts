/** Opens the model in a folder on a disk. */
import { readerOf } from '../../families/reader-of.ts'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { isTweedieError, TweedieError } from '../../errors.ts'
import type { OwnParts, Setting } from '../../families/family.ts'
import { folderOfInput } from '../../files/io/folder-of-input.ts'
import { metaPath, type ModelFolder } from '../../files/io/model-folder.ts'
import { parseMemory } from '../../files/io/memory-need.ts'
import { readFolderJson } from '../../files/io/read-part.ts'
import { readFolder, readModelFolder, type ReadModelFolderOptions } from '../../files/io/node/model-folder.ts'
import { type Opened, openedOf } from '../opened.ts'
import type { RemoteOptions } from '../remote.ts'

/** How to read an incomplete folder, and a callback for remarks about it. */
export interface OpenFolderOptions extends Pick<Setting, 'onRemark'> {
  /** The noise: the path of a `scheduler_config.json` or of a folder that has one, or its content. */
  readonly scheduler?: ReadModelFolderOptions['scheduler'] | undefined
  /** Which weights, if there are several: `fp16` for `….fp16.safetensors`. */
  readonly variant?: string | undefined
  /** Weights of large models: `low`: as their file stores them; `high`: in single precision; `auto`; or the most memory to use: `6GB`. */
  readonly memory?: string | undefined
  /** Adapters to be added: paths of files or of folders, each with a weight behind a colon (`style.safetensors:0.8`). */
  readonly lora?: readonly string[] | string | undefined
  /** The folder of the model that the adapters in this folder belong to, if it is no longer where it was. */
  readonly base?: string | undefined
  /** Words that were learned: paths of files or of folders, each with a name behind a colon (`style.safetensors:<style>`). */
  readonly embedding?: readonly string[] | string | undefined
  /** A server that evaluates the network; everything else is computed here. */
  readonly remote?: RemoteOptions | undefined
}

/**
 * The model in a folder, with its family.
 *
 * @param options `scheduler` and `variant` for incomplete folders; `onRemark` gets sentences about the choices made
 * @throws TweedieError `model` if it is missing, broken or not supported
 */
export async function openFolder(path: string, own: OwnParts = {}, options: OpenFolderOptions = {}): Promise<Opened> {
  const { remote, ...rest } = options
  if (remote) {
    const { withRemote } = await import('../remote.ts')
    return withRemote(await openFolder(path, own, rest), remote, basename(resolve(path)), own)
  }
  const { lora = [], base, embedding = [], ...reading } = rest
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new TweedieError('model', `${path}: no such folder`, {
      hint: 'name the folder of a model, as training wrote it',
    })
  }
  if (!found.isDirectory()) {
    throw new TweedieError('model', `${path}: a model is a folder, this is a file`, {
      hint: "name the folder that it lies in; 'tweedie info' says what a file is",
    })
  }
  const held = await heldIn(path)
  if (held === 'word') {
    const { openWord } = await import('./open-word.ts')
    const opened = await openWord(path, own, base, async (each) => openFolder(each, own, { lora: [], ...reading }))
    return withFurther(opened, own, lora, embedding)
  }
  if (lora.length > 0 || base !== undefined || held === 'adapters') {
    const { openAdapted } = await import('./open-adapted.ts')
    // a base may itself be adapters of another model
    const opened = await openAdapted(path, own, { lora, base }, async (each) =>
      each === path ? openWhole(each, own, reading) : openFolder(each, own, reading),
    )
    return withFurther(opened, own, [], embedding)
  }
  return openWhole(path, own, { ...reading, embedding })
}

/** A model that is open, with adapters and words of files. */
async function withFurther(
  opened: Opened,
  own: OwnParts,
  lora: readonly string[] | string,
  embedding: readonly string[] | string,
): Promise<Opened> {
  const adapted =
    lora.length === 0 ? opened : await (await import('./open-adapted.ts')).withLorasOf(opened, [lora].flat(), own)
  if (embedding.length === 0) return adapted
  const folder = await withWordsOf(folderOfInput(await adapted.family.write(adapted.model)), embedding)
  return { ...adapted, model: (await readerOf(adapted.family))(folder, own) }
}

/** The content of a folder with words that were learned. */
async function withWordsOf(folder: ModelFolder, embedding: readonly string[] | string): Promise<ModelFolder> {
  if (embedding.length === 0) return folder
  const [{ readEmbedding }, { withEmbeddings }] = await Promise.all([
    import('./read-embedding.ts'),
    import('../adapters/with-embeddings.ts'),
  ])
  const words = await Promise.all([embedding].flat().map(readEmbedding))
  return withEmbeddings(folder, words.flat())
}

/** The model that lies in a folder with all of its weights. */
async function openWhole(
  path: string,
  own: OwnParts,
  { scheduler, variant, memory, embedding = [], onRemark }: OpenFolderOptions,
): Promise<Opened> {
  const plain = await readModelFolder(path, {
    ...(scheduler !== undefined && { scheduler }),
    ...(variant !== undefined && { variant }),
    ...(memory !== undefined && { memory: parseMemory(memory) }),
  })
  for (const note of plain.notes) onRemark?.(note)
  const folder = await withWordsOf(plain, embedding)
  return openedOf(folder, own, path).catch(naming(path))
}

/** Whether a folder holds adapters or a word of another model. */
async function heldIn(path: string): Promise<'adapters' | 'word' | undefined> {
  const meta = (await readFolder(path, [metaPath])).get(metaPath)
  if (meta === undefined) return undefined
  const stated: object = Object(readFolderJson(meta, metaPath, path))
  return (['adapters', 'word'] as const).find((each) => Object.hasOwn(stated, each))
}

/** Errors of a model in a folder say which folder it is. */
function naming(path: string): (error: unknown) => never {
  return (error) => {
    if (!isTweedieError(error, 'model') || error.message.startsWith(path)) throw error
    throw new TweedieError('model', `${path}: ${error.message}`, { hint: error.hint, cause: error })
  }
}
