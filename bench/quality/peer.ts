/** The PyTorch peer: the usual recipe for as many minutes, on the same pictures. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import { writeNpy } from '../../src/files/data/formats/npy.ts'
import { keptMemory } from '../peer.ts'

/** What the peer says of its training. */
export interface PeerReport {
  readonly torch: string
  readonly parameters: number
  readonly steps: number
  readonly seconds: number
  readonly loss: number
}

/** Trains the peer into a folder that `tweedie` opens. */
export function trainPeer(
  python: string,
  unet: string,
  dataset: ArrayDataset,
  { folder, minutes, threads, seed }: { folder: string; minutes: number; threads: number; seed: number },
): PeerReport {
  mkdirSync(folder, { recursive: true })
  const { data, shape, length, labels } = dataset
  if (!(data instanceof Uint8Array)) throw new Error(`${dataset.name}: the peer reads bytes`)
  const images = join(folder, 'pictures.npy')
  writeFileSync(images, writeNpy({ shape: [length, ...shape], data }))
  const named = labels ? ['--labels', join(folder, 'labels.npy')] : []
  if (labels) writeFileSync(named[1]!, writeNpy({ shape: [length], data: labels }))
  const script = join(import.meta.dirname, 'torch_pictures.py')
  const given = ['--images', images, ...named, '--unet', unet, '--out', folder]
  const how = ['--minutes', String(minutes), '--threads', String(threads), '--seed', String(seed)]
  const { status, stdout, stderr } = spawnSync(python, [script, ...given, ...how], {
    encoding: 'utf8',
    env: { ...process.env, ...keptMemory },
  })
  if (status !== 0) throw new Error(`the peer failed: ${stderr}`)
  return JSON.parse(stdout) as PeerReport
}
