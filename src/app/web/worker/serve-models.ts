/** The calls about open models. */
import type { Ability, Setting } from '../../../families/family.ts'
import { drawOptions } from '../../../families/draw-options.ts'
import { abilityOf, type Opened } from '../../../families/registry.ts'
import type { OptionTable } from '../../../options.ts'
import { inMemory } from '../../in-memory.ts'
import { openedOf } from '../../opened.ts'
import type { WarmModel } from '../../warm-model.ts'
import { type Held, held } from './held.ts'
import { plainDrawn, plainProgress } from './plain-drawn.ts'
import type { Calls, Handle, ModelFacts, PlainOption, WorkerState } from './protocol.ts'
import type { Answers, Bench, CallContext } from './answers.ts'
import { webAccess } from './web-access.ts'

/** A model that is open. */
export interface OpenModel {
  readonly opened: Opened
  readonly warm: WarmModel
  readonly setting: Setting
  readonly remarks: readonly string[]
}

type Names =
  | 'open'
  | 'draw'
  | 'encode'
  | 'decode'
  | 'restore'
  | 'edit'
  | 'field'
  | 'export'
  | 'exportSampler'
  | 'folder'

/** Models in the worker. */
export interface ModelCalls {
  readonly answers: Answers<Names>
  readonly held: Held<OpenModel>
  /** Takes a model in. */
  put(opened: Opened, remarks?: readonly string[]): Promise<ModelFacts & { readonly handle: Handle }>
  state(): WorkerState['models']
  release(handle: Handle): void
}

export function modelCalls({ own, engine }: Bench): ModelCalls {
  const all = held<OpenModel>('the model')
  const put: ModelCalls['put'] = async (opened, remarks = []) => {
    const { warmModel } = await import('../../warm-model.ts')
    const setting: Setting = { ...inMemory(), own, engine: (await engine()).engine }
    const open = { opened, setting, remarks, warm: warmModel(opened, setting) }
    return { handle: all.put(open), ...(await factsOf(open)) }
  }
  const watched = ({ preview, pictures }: Calls['export']['ask'], { signal, progress }: CallContext) => ({
    signal,
    access: webAccess(pictures),
    onProgress: (now: Parameters<NonNullable<Setting['onProgress']>>[0]) => progress(plainProgress(now, preview)),
  })
  const on =
    <Name extends 'encode' | 'decode' | 'restore' | 'edit'>(name: Name): Answers<Name>[Name] =>
    async (ask, context) => {
      const { warm } = all.get(ask.model)
      return plainDrawn(await warm[name](ask.item, { ...ask.options, ...watched(ask, context) }))
    }
  return {
    held: all,
    put,
    answers: {
      async open({ input, options }, { signal, progress }) {
        const { readModelFolder } = await import('../../../files/io/web/read-model-folder.ts')
        const folder = await readModelFolder(input, {
          ...options,
          signal,
          onProgress: (done, total) => progress({ phase: 'reading', done, total, unit: 'bytes' }),
        })
        return put(await openedOf(folder, own), folder.notes)
      },
      async draw({ model, options, frames, ...ask }, context) {
        const { warm } = all.get(model)
        const { access: _, ...watch } = watched({ model, options, ...ask }, context)
        return plainDrawn(await warm.draw({ ...options, ...watch, frames }))
      },
      encode: on('encode'),
      decode: on('decode'),
      restore: on('restore'),
      edit: on('edit'),
      field: ({ model, ...request }, { signal }) => all.get(model).warm.field({ ...request, signal }),
      async export(ask, context) {
        const { opened, setting } = all.get(ask.model)
        const ability = await abilityOf('export', opened, own)
        const bytes = await ability(opened.model, ask.options, { ...setting, ...watched(ask, context) })
        return bytes.slice()
      },
      async exportSampler(ask, context) {
        const { access: _, ...watch } = watched(ask, context)
        const made = await all.get(ask.model).warm.exportSampler({ ...ask.options, ...watch })
        return { ...made, bytes: made.bytes.slice() }
      },
      async folder({ model }) {
        const { filesToSave } = await import('../../../files/io/files-to-save.ts')
        const { family, model: opened } = all.get(model).opened
        return ownBytes(filesToSave(await family.write(opened)))
      },
    },
    state: () =>
      Array.from(all.entries(), ([handle, { opened, warm }]) => ({
        handle,
        family: opened.entry.name,
        compilations: warm.compilations,
      })),
    release: (handle) => all.take(handle)?.warm.dispose(),
  }
}

async function factsOf({ opened, remarks }: OpenModel): Promise<ModelFacts> {
  const { entry, family, model } = opened
  const table = (name: 'sample' | 'restore' | 'edit' | 'export'): readonly PlainOption[] => [
    ...(name === 'export' ? [] : plainOptions(drawOptions)),
    ...plainOptions(entry.options[name] ?? {}),
  ]
  return {
    family: entry.name,
    of: entry.of,
    classNames: model.classNames,
    meta: model.meta,
    description: await family.describe(model),
    can: Object.keys(family.can) as Ability[],
    options: { sample: table('sample'), restore: table('restore'), edit: table('edit'), export: table('export') },
    remarks,
  }
}

function plainOptions(options: OptionTable): readonly PlainOption[] {
  return Object.entries(options).map(([name, { flags, help, group, default: value }]) => ({
    name,
    flags,
    help,
    ...(group !== undefined && { group }),
    ...(value !== undefined && { default: value }),
  }))
}

/** Files that share no memory with anything: they are handed over. */
export function ownBytes(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map(Array.from(files, ([path, bytes]) => [path, bytes.slice()]))
}
