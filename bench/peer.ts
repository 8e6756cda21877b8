/** The PyTorch peer: scripts that time the same architecture and print one JSON object. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** One timing of the peer: milliseconds, and megabytes at the most. */
export interface PeerTiming {
  readonly torch: string
  readonly train_step_ms: { readonly min: number; readonly median: number }
  readonly forward_ms: { readonly min: number; readonly median: number }
  readonly peakMB: number
}

/** Where the script is looked for, unless `--peer` says otherwise. */
export const defaultPeer = '../shared/bench/torch_unet.py'

/** The script for the model of points. */
export const mlpPeer = 'bench/torch_mlp.py'

/** A Python that has PyTorch, or undefined. */
export function findPython(script: string): string | undefined {
  if (!existsSync(script)) return undefined
  return ['python3', '/usr/bin/python3'].find((python) => spawnSync(python, ['-c', 'import torch']).status === 0)
}

/** Runs a script as the main program, then prints the most memory that the process ever held, in KiB. */
const withMemory = `
import resource, runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
`

/**
 * Settings of glibc's allocator with which PyTorch keeps the memory of one step for the next. Without them it gives large tensors back and
 * takes them again in every step, and page faults are a third of its time.
 */
export const keptMemory = Object.freeze({
  MALLOC_MMAP_THRESHOLD_: '4000000000',
  MALLOC_TRIM_THRESHOLD_: '8000000000',
})

/** What the printed tables say of it. */
export const peerNote = `PyTorch with ${Object.entries(keptMemory)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')}`

/** Runs the script once, in a process of its own: with {@link keptMemory}, unless the memory itself is the question. */
export function timePeer(
  python: string,
  script: string,
  options: Readonly<Record<string, string | number>>,
  allocator: Readonly<Record<string, string>> = keptMemory,
): PeerTiming {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { status, stdout, stderr } = spawnSync(python, ['-c', withMemory, script, ...flags], {
    encoding: 'utf8',
    env: { ...process.env, ...allocator },
  })
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`)
  const [timing, kilobytes] = stdout.trim().split('\n')
  return { ...(JSON.parse(timing!) as Omit<PeerTiming, 'peakMB'>), peakMB: Number(kilobytes) / 1e3 }
}
