/** Draws again and again: memory must not grow. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from '../../src/app/node/open.ts'
import { quietly } from './fuzz/models.ts'

/** Draws from a small model; by how much of itself the memory grew after the first tenth. */
export async function drawsFor(count: number): Promise<{ readonly made: number; readonly growth: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-campaign-'))
  try {
    await quietly(`train moons --items 64 --batch 16 --widths 8 --depth 1 --steps 2 --threads 1 -q -o ${folder}/model`)
    const painter = await open(join(folder, 'model'), { threads: 1 })
    let before = 0
    for (let i = 0; i < count; i++) {
      await painter.draw({ count: 1 + (i % 3), steps: 2, seed: i })
      if (i === Math.floor(count / 10)) before = memoryInUse()
    }
    const growth = memoryInUse() / before - 1
    painter.dispose()
    return { made: count, growth }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is resident, without the room of the heap that holds nothing: how much of that there is depends on when garbage was collected last. */
function memoryInUse(): number {
  for (let i = 0; i < 2; i++) globalThis.gc?.()
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return rss - (heapTotal - heapUsed)
}
