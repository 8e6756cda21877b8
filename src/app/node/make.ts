/** Work on a model whose result goes into files: samples, latents, restorations, edits. */
import type { DrawWatch, Drawn, Item, Makes, OwnParts, Setting } from '../../families/family.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import type { OptionValues } from '../../options.ts'
import { TweedieError } from '../../errors.ts'
import { stoppable } from '../stopped.ts'
import { checkOutput, checkTrajectory } from './check-output.ts'
import { requireNew } from './require-new.ts'
import { settingFor, type Watch } from './setting.ts'
import { writeDrawn, type WriteOptions, writeTrajectory } from './write-drawn.ts'

/** Where the model lies, where results are written, and how the work is stopped and watched. */
export interface MakeRequest extends Watch {
  readonly place: string
  readonly own?: OwnParts | undefined
  /** A file or a folder; by default nothing is written. */
  readonly out?: string | undefined
  /** A file for the trajectory from noise to samples. */
  readonly trajectory?: string | undefined
  /** Overwrite existing files. */
  readonly force?: boolean | undefined
}

/** The result. */
export interface Made {
  readonly drawn: Drawn
  readonly files: readonly string[]
  /** Written into the files: the program, the model and the settings that made them. */
  readonly provenance: Readonly<Record<string, unknown>>
}

/** Items that can be restored and edited. */
const picturesOf = ({ model }: Opened): Makes => ({
  pictures: 'each',
  moving: model.meta.data.kind === 'video',
  texts: false,
})

/**
 * Draws samples, or walks items up to latents (`encode`) and down again (`decode`); `options` are those of the command `sample`.
 *
 * @throws TweedieError `usage`, `exists` before anything is computed; `data`, `model`, `interrupted`
 */
export async function sampleTo(opened: Opened, options: OptionValues, request: MakeRequest): Promise<Made> {
  const { out, trajectory, force: overwrite = false, own = {}, signal, onProgress } = request
  const walk = options.encode !== undefined ? 'encode' : options.decode !== undefined ? 'decode' : undefined
  if (walk !== undefined) {
    if (out === undefined)
      throw new TweedieError('usage', `\`${walk}\` needs an output file`, {
        hint: walk === 'encode' ? '`out: latent.npy`' : '`out: again.png`',
      })
    if (walk === 'encode') await requireNew(out, ['.npy'], overwrite)
    const ability = await abilityOf(walk, opened, own)
    if (walk === 'decode') await checkOutput(out, picturesOf(opened), { overwrite, formats: formatsOf(opened) })
    return make('sample', opened, options, request, (setting) => ability(opened.model, options, setting))
  }
  const ability = await abilityOf('draw', opened, own)
  return make('sample', opened, options, request, async (setting) => {
    using painter = ability(opened.model, setting)
    const beside = options.attention === true ? ['attention'] : []
    if (out !== undefined) await checkOutput(out, painter.makes, { overwrite, beside, formats: formatsOf(opened) })
    if (trajectory !== undefined) await checkTrajectory(trajectory, painter.makes, overwrite)
    const watch: DrawWatch = { signal, onProgress, frames: trajectory !== undefined }
    return await painter.draw(options, watch)
  })
}

/** Draws clean items that fit a damaged one, or the gaps of a table; `options` are those of the command `restore`. */
export async function restoreTo(
  opened: Opened,
  item: Item,
  options: OptionValues,
  request: MakeRequest,
): Promise<Made> {
  const ability = await abilityOf('restore', opened, request.own ?? {})
  const makes = opened.family.restored?.(opened.model) ?? picturesOf(opened)
  const beside = options.count === 1 || makes.pictures === 'none' ? [] : ['mean', 'std']
  const checks = { overwrite: request.force ?? false, beside, formats: formatsOf(opened) }
  if (request.out !== undefined) await checkOutput(request.out, makes, checks)
  return make('restore', opened, options, request, (setting) => ability(opened.model, item, options, setting))
}

/** Changes an item, or walks from it to another; `options` are those of the command `edit`. */
export async function editTo(opened: Opened, item: Item, options: OptionValues, request: MakeRequest): Promise<Made> {
  const ability = await abilityOf('edit', opened, request.own ?? {})
  const checks = { overwrite: request.force ?? false, formats: formatsOf(opened) }
  if (request.out !== undefined) await checkOutput(request.out, picturesOf(opened), checks)
  return make('edit', opened, options, request, (setting) => ability(opened.model, item, options, setting))
}

const formatsOf = ({ family, model }: Opened): readonly string[] => family.formats?.(model) ?? []

async function make(
  command: 'sample' | 'restore' | 'edit',
  opened: Opened,
  options: OptionValues,
  request: MakeRequest,
  work: (setting: Setting) => Promise<Drawn>,
): Promise<Made> {
  const { place, own = {}, out, trajectory, force, ...watch } = request
  const setting = await settingFor(place, opened, options, own, watch)
  const drawn = await stoppable(command, watch.signal, () => work(setting))
  const { tweedie } = setting.provenance
  const provenance = { tweedie, command, model: place, save: opened.model.meta.save ?? null, ...drawn.how }
  const { columns, scale } = options as Pick<WriteOptions, 'columns' | 'scale'>
  const how = { overwrite: force, provenance, columns, scale }
  const files = out === undefined ? [] : await writeDrawn(out, drawn, how)
  if (trajectory !== undefined) {
    await writeTrajectory(trajectory, drawn, how)
    files.push(trajectory)
  }
  return { drawn, files, provenance }
}
