/** Pictures that the model of a run draws before it is trained, so that it does not forget what it knew. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TweedieError } from '../../errors.ts'
import { diskTree } from '../../files/data/node/disk-tree.ts'
import { listImages } from '../../files/data/open/list-images.ts'
import { makeFolder, writeFileAtomic } from '../../files/io/node/files.ts'
import { writeImage } from '../../files/io/node/images.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { priorOptions } from '../adapt-options.ts'
import { continuedSession } from '../../tools/train/session-record.ts'
import { open } from './open.ts'
import type { TrainRequest } from './prepared-run.ts'

/** Pictures at a time. */
const some = 4

/**
 * Draws what the folder of `priorData` lacks of `priorCount` pictures of `priorPrompt`, by the model of `from`; each with a text of the same
 * name. A later run finds them there.
 *
 * @throws TweedieError `usage` without a folder or a model, and for a model that is not asked in words
 */
export async function drawPrior(options: OptionValues, request: TrainRequest): Promise<void> {
  const { priorData, priorPrompt: prompt, priorCount } = options as ValuesOf<typeof priorOptions>
  const { from } = options
  if (prompt === undefined) {
    if (priorCount === undefined) return
    throw new TweedieError('usage', '`priorCount` is for `priorPrompt`, and there is none')
  }
  if (priorData === undefined || typeof from !== 'string') {
    throw new TweedieError('usage', '`priorPrompt` needs a model that draws and a folder for its pictures', {
      hint: '`from: MODEL` and `priorData: FOLDER`',
    })
  }
  const count = priorCount ?? 100
  const { images } = existsSync(priorData) ? await listImages(diskTree, priorData) : { images: [] }
  const missing = count - images.length
  if (missing <= 0) return
  if (request.dryRun || (request.collective && request.collective.count > 1)) {
    const what = `${missing} pictures of ${JSON.stringify(prompt)} are to be drawn into ${priorData}`
    throw new TweedieError('usage', `${what} first, which a dry run and runs of several processes do not`, {
      hint: `tweedie sample ${from} --prompt ${JSON.stringify(prompt)} -n ${missing} --out ${priorData}, and a text beside each; or begin the run alone`,
    })
  }
  const { own, signal, onRemark, onProgress } = request
  onRemark?.(`${missing} pictures of ${JSON.stringify(prompt)} are drawn into ${priorData}`)
  await makeFolder(priorData)
  using painter = await open(from, { ...continuedSession(undefined, request), own, onRemark })
  const next = nextNumber(images)
  for (let done = 0; done < missing; done += some) {
    const now = Math.min(some, missing - done)
    const first = next + done
    const drawn = await painter.draw({ prompt, count: now, seed: first, signal })
    for (let i = 0; i < now; i++) {
      const { raster } = drawn.part(i, 1)
      if (raster === undefined) throw new TweedieError('usage', `\`priorPrompt\`: ${from} draws no pictures`)
      const path = join(priorData, `drawn-${String(first + i).padStart(5, '0')}`)
      await writeFileAtomic(`${path}.txt`, `${prompt}\n`)
      const provenance = { ...drawn.how, item: i, prompt }
      await writeImage(`${path}.png`, raster(), { overwrite: true, provenance })
    }
    onProgress?.({ phase: 'drawing', done: done + now, total: missing, unit: 'pictures' })
  }
}

/** The number behind all that were drawn before: none of them is written over. */
function nextNumber(images: readonly string[]): number {
  const numbers = images.map((name) => Number(/^drawn-(\d+)\./.exec(name)?.[1] ?? -1))
  return 1 + numbers.reduce((most, each) => Math.max(most, each), -1)
}
