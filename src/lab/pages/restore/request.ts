/** What the worker is asked, and the lines of TypeScript that ask the same. */
import type { RemoteRequest } from '../../../app/web/worker/remote-model.ts'
import { holeOf, type Picture } from './damage.ts'
import type { RestoreSettings } from './settings.ts'

/** Whether the answers come from `edit`. */
export const edits = ({ task }: RestoreSettings): boolean => task === 'edit'

/** Options of `restore`, or of `edit`. */
export function requestOf(settings: RestoreSettings, { shape }: Picture): RemoteRequest {
  const { task, factor, kernel, sigma, strength, method, steps, count, seed } = settings
  const shared = { count, seed, steps, ...(settings.class !== undefined && { class: settings.class }) }
  if (task === 'edit') return { ...shared, strength }
  const hole = holeOf(settings, shape)
  if (hole !== undefined) {
    const mask = Float32Array.from(hole, (cell) => (cell === 1 ? 1 : -1))
    return { ...shared, method, task: 'inpaint', mask: 'hole', pictures: { hole: mask } }
  }
  return {
    ...shared,
    method,
    task,
    sigma,
    simulate: true,
    ...(task === 'super-resolution' && { factor }),
    ...(task === 'deblur' && { kernel }),
  }
}

/** The lines that do the same from files. */
export function codeOf(settings: RestoreSettings, picture: Picture, name: string): string {
  const { pictures: _, mask, ...options } = requestOf(settings, picture)
  const all = { ...options, ...(mask !== undefined && { mask: 'hole.png' }) }
  const written = Object.entries(all).map(([option, value]) => `${option}: ${JSON.stringify(value)}`)
  return [
    `import { open, writeDrawn } from 'tweedie'`,
    '',
    ...(mask === undefined ? [] : ['// hole.png is white where something is to be filled in']),
    `using model = await open(${JSON.stringify(name)})`,
    `const answers = await model.${edits(settings) ? 'edit' : 'restore'}('picture.png', { ${written.join(', ')} })`,
    `await writeDrawn('answers.png', answers)`,
  ].join('\n')
}
