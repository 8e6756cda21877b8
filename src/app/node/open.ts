/** Opens the model in a folder on a disk, to work with it again and again. */
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { OwnParts } from '../../families/family.ts'
import { type WarmModel, warmModel } from '../warm-model.ts'
import { openFolder } from './open-folder.ts'
import { settingFor } from './setting.ts'

/** Where the model computes, and the user's own parts. */
export interface OpenFolderOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** By default ONNX Runtime's native engine. */
  readonly engine?: Engine | undefined
  readonly own?: OwnParts | undefined
}

/**
 * Opens a model. It stays warm: a second drawing in the same shapes compiles nothing.
 *
 * @param path the folder, as training wrote it
 * @throws TweedieError `model` where there is none, or it is broken or not supported
 * @example
 * using painter = await open('runs/mine') // or painter.dispose() at the end, where there is no `using`
 * const drawn = await painter.draw({ count: 4, class: 'cat', seed: 1 })
 * await writeDrawn('cats.png', drawn, { overwrite: true })
 */
export async function open(path: string, { own = {}, engine, ...session }: OpenFolderOptions = {}): Promise<WarmModel> {
  const opened = await openFolder(path, own)
  const setting = await settingFor(path, opened, { ...session }, own)
  return warmModel(opened, engine ? { ...setting, engine } : setting)
}
