/** The surroundings in which the data of a run are prepared in Node: an engine, and other models by the paths of their folders. */
import { resolve } from 'node:path'
import { nodeEngine } from '../../engine/runtime/node/index.ts'
import type { PrepareSetting } from '../../families/family.ts'
import { folderStore } from '../../tools/eval/node/folder-store.ts'
import { continuedSession } from '../../tools/train/session-record.ts'
import type { Store } from '../../tools/eval/store.ts'
import type { RunRecord } from '../../tools/train/node/run-folder.ts'
import { preparingInMemory } from '../prepare.ts'
import { openFolder } from './open-folder.ts'
import { holdsAutoencoder, readAutoencoder } from './read-autoencoder.ts'
import { readTextEncoders, readTokenizer } from './read-words.ts'
import type { TrainRequest } from './prepared-run.ts'
import { lenient } from './setting.ts'

/** Made of a request; a run that goes on computes where it did before. */
export async function preparing(request: Preparing, record?: Pick<RunRecord, 'session'>): Promise<PrepareSetting> {
  const { own = {}, signal, onProgress, onRemark } = request
  const setting = preparingInMemory({
    engine: await nodeEngine(),
    ...continuedSession(record?.session, request),
    own,
    signal,
    onRemark,
  })
  return {
    ...setting,
    onProgress,
    async open(model) {
      if (typeof model !== 'string') return setting.open(model)
      const { family, model: opened } = await openFolder(model, own, { onRemark })
      return { family, model: opened, path: resolve(model), store: storeBeside(model, request) }
    },
    async autoencoder(model) {
      if (typeof model !== 'string' || !(await holdsAutoencoder(model))) return undefined
      const { notes, ...part } = await readAutoencoder(model)
      for (const note of notes) onRemark?.(note)
      return { part, path: resolve(model), store: storeBeside(model, request) }
    },
    store: (path) => storeBeside(path, request),
    async textEncoders(source) {
      if (typeof source !== 'string') return setting.textEncoders(source)
      const { notes, encoders } = await readTextEncoders(source)
      for (const note of notes) onRemark?.(note)
      return { encoders, path: resolve(source) }
    },
    async tokenizer(source) {
      if (typeof source !== 'string') return setting.tokenizer(source)
      return { tokenizer: await readTokenizer(source), path: resolve(source) }
    },
  }
}

type Preparing = Omit<TrainRequest, 'data' | 'out'>

/** A cache beside a model; a dry run reads from it and leaves nothing behind. */
function storeBeside(model: string, request: Preparing): Store {
  const store = lenient(folderStore(model), request)
  return request.dryRun ? { read: store.read, write: async () => undefined } : store
}
