/** The PyTorch peer: a script that times the same architecture and prints one JSON object. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** One timing of the peer, in milliseconds. */
export interface PeerTiming {
  readonly torch: string
  readonly train_step_ms: { readonly min: number; readonly median: number }
  readonly forward_ms: { readonly min: number; readonly median: number }
}

/** Where the script is looked for, unless `--peer` says otherwise. */
export const defaultPeer = '../shared/bench/torch_unet.py'

/** A Python that has PyTorch, or undefined. */
export function findPython(script: string): string | undefined {
  if (!existsSync(script)) return undefined
  return ['python3', '/usr/bin/python3'].find((python) => spawnSync(python, ['-c', 'import torch']).status === 0)
}

/** Runs the script once. */
export function timePeer(
  python: string,
  script: string,
  options: Readonly<Record<string, string | number>>,
): PeerTiming {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { status, stdout, stderr } = spawnSync(python, [script, ...flags], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`)
  return JSON.parse(stdout) as PeerTiming
}
