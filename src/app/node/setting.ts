/**
 * The setting of a family's abilities in Node: an engine, files by path, the data of a run, and a cache beside the
 * model.
 */
import { nodeEngine } from '../../engine/runtime/node/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Access, FamilyEntry, OwnParts, Setting } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { readBytes } from '../../files/io/node/files.ts'
import { readPicture } from '../../files/io/node/read-picture.ts'
import type { OptionValues } from '../../options.ts'
import { folderStore } from '../../tools/eval/node/folder-store.ts'
import type { Store } from '../../tools/eval/store.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { openFolder } from './open-folder.ts'
import { version } from './version.ts'

/** How work is stopped and watched, and which part of it is done here. */
export interface Watch extends Pick<Setting, 'signal' | 'onProgress' | 'onRemark' | 'shards' | 'kept'> {
  /** Called with the data that the work has opened. */
  readonly onData?: ((data: TrainData) => void) | undefined
  /** Called with the paths of files that options and arguments name, as they are read. */
  readonly onFile?: ((path: string) => void) | undefined
}

/** The setting for a model that lies in a folder; `device` and `threads` are options of every command that runs a network. */
export async function settingFor(
  place: string,
  { model, entry }: Opened,
  { device, threads }: OptionValues,
  own: OwnParts = {},
  { onData, onFile, ...watch }: Watch = {},
): Promise<Setting> {
  const { save } = model.meta
  const opening = { ...watch, readers: own.readers }
  return {
    engine: await nodeEngine(),
    ...(device !== undefined && { device: device as string }),
    ...(threads !== undefined && { threads: threads as number }),
    own,
    store: lenient(folderStore(place), watch),
    provenance: { tweedie: version, model: place, ...(save !== undefined && { save }) },
    access: {
      ...filesFor(entry, own, onFile),
      async data(name) {
        const { dataOf } = await import('./model-data.ts')
        const parts = await dataOf(place, model, name, opening)
        for (const part of [parts.train, ...(parts.heldOut ? [parts.heldOut] : [])]) onData?.(part)
        return parts
      },
      async unseen(name) {
        const { unseenData } = await import('./model-data.ts')
        const data = await unseenData(place, model, name, opening)
        onData?.(data)
        return data
      },
    },
    ...watch,
  }
}

/** Opens what an option names by a path: files, pictures, other models of the same family. */
export function filesFor(
  entry: FamilyEntry,
  own: OwnParts,
  onFile?: Watch['onFile'],
): Pick<Access, 'bytes' | 'picture' | 'video' | 'model'> {
  return {
    async bytes(name, code = 'model') {
      onFile?.(name)
      const bytes = await readBytes(name, code)
      if (bytes) return bytes
      throw new TweedieError(code, `${name}: no such file`)
    },
    async picture(name, wanted) {
      onFile?.(name)
      return readPicture(name, wanted)
    },
    async video(name, wanted) {
      onFile?.(name)
      return (await import('../../files/data/node/read-video.ts')).readVideo(name, wanted)
    },
    async model(name) {
      const other = await openFolder(name, own)
      if (other.entry === entry) return other.model
      throw new TweedieError('usage', `${name}: a model of ${other.entry.of}, where one of ${entry.of} is needed`)
    },
  }
}

/** A cache that cannot be written is no error: everything in it can be computed again. */
export function lenient(store: Store, { onRemark }: Watch): Store {
  return {
    read: store.read,
    write: (name, bytes) =>
      store.write(name, bytes).catch((error: unknown) => {
        onRemark?.(`${name} is not kept: ${error instanceof Error ? error.message : String(error)}`)
      }),
  }
}
