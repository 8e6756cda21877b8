/** Which functions of the sources run while some work is done: by the coverage that V8 counts. */
import { Session } from 'node:inspector/promises'

const sources = new URL('../../../src/', import.meta.url).href

/** The names of functions that ran, by the path of their file below `src`. */
export async function reachedBy(work: () => Promise<void>): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await work()
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const found = new Map<string, Set<string>>()
    for (const { url, functions } of result) {
      if (!url.startsWith(sources)) continue
      const path = /^[^?#]*/.exec(url.slice(sources.length))![0]
      const ran = functions.filter(({ ranges }) => ranges[0]!.count > 0).map(({ functionName }) => functionName)
      found.set(path, new Set([...(found.get(path) ?? []), ...ran]))
    }
    return found
  } finally {
    session.disconnect()
  }
}
