/** Runs lines of the command line in the test's own process, which is quicker by far than a process of its own. */
import { vi } from 'vitest'
import { run } from '../../src/cli/program.ts'
import type { Ended } from './tweedie.ts'

/** How a line ended, and what it said. */
export type Said = Omit<Ended, 'signal'> & { readonly status: number }

/**
 * A way to run lines as they are typed.
 *
 * @param folder what `FOLDER` stands for in them; a line whose words hold spaces is a list
 */
export function linesIn(folder: string): (line: string | readonly string[]) => Promise<Said> {
  return async (line) => {
    const words = typeof line === 'string' ? line.split(' ') : line
    const said = { stdout: '', stderr: '' }
    const spies = (['stdout', 'stderr'] as const).map((name) =>
      vi.spyOn(process[name], 'write').mockImplementation((text) => {
        said[name] += String(text)
        return true
      }),
    )
    try {
      return { status: await run(words.map((word) => word.replaceAll('FOLDER', folder))), ...said }
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
  }
}
