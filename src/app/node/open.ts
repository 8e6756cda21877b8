/** Opens a model on a disk or in memory, to work with it again and again. */
import type { Access } from '../../families/family.ts'
import { nodeEngine } from '../../engine/runtime/node/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { inMemory } from '../in-memory.ts'
import { openedFrom, type ModelSource, type OpenOptions } from '../open.ts'
import { withRemote } from '../remote.ts'
import { type WarmModel, warmModel } from '../warm-model.ts'
import { openFolder, type OpenFolderOptions } from './open-folder.ts'
import { filesFor, settingFor } from './setting.ts'

/** Where the model computes, the user's own parts, and how to read an incomplete folder. */
export interface NodeOpenOptions extends Omit<OpenOptions, 'engine'>, OpenFolderOptions {
  /** By default ONNX Runtime's native engine. */
  readonly engine?: Engine | undefined
  /** What options may name; by default files, other models and data by their paths. */
  readonly access?: Access | undefined
}

/**
 * Opens a model. What it compiles is kept: a second drawing of the same shapes compiles nothing.
 *
 * @param source a folder that training wrote, or a model in memory
 * @throws TweedieError `model` if it is missing, broken or not supported @example using painter = await
 * open('runs/mine') // or painter.dispose() at the end, where there is no `using`
 * const drawn = await painter.draw({ count: 4, class: 'cat', seed: 1 })
 * await writeDrawn('cats.png', drawn, { overwrite: true })
 */
export async function open(
  source: string | ModelSource,
  {
    own = {},
    engine,
    scheduler,
    variant,
    lora,
    base,
    embedding,
    remote,
    access: given,
    onRemark,
    ...session
  }: NodeOpenOptions = {},
): Promise<WarmModel> {
  if (typeof source === 'string') {
    const opened = await openFolder(source, own, { scheduler, variant, lora, base, embedding, remote, onRemark })
    const setting = await settingFor(source, opened, { ...session }, own, { onRemark })
    return warmModel(opened, { ...setting, ...(engine && { engine }), ...(given && { access: given }) })
  }
  const found = await openedFrom(source, own, onRemark)
  const opened = remote ? await withRemote(found, remote, 'model', own) : found
  const { access, ...rest } = inMemory()
  const files = { ...access, ...filesFor(opened.entry, own) }
  return warmModel(opened, {
    ...session,
    ...rest,
    onRemark,
    access: given ?? files,
    own,
    engine: engine ?? (await nodeEngine()),
  })
}
