/** The page “Runs”: the run folders of this machine, while they are trained and after. */
import { useEffect, useState } from 'preact/hooks'
import { Command } from '../../parts/command.tsx'
import { Note } from '../../parts/notes.tsx'
import { text as common } from '../../text.ts'
import type { PageProps } from '../page.ts'
import { findNode, type ListedRun, listRuns } from '../../remote/machine.ts'
import { RunsOfMachine } from './machine.tsx'
import { text } from './text.ts'

type Found =
  | 'looking'
  | 'static'
  | { readonly folder: string; readonly runs: readonly ListedRun[] }
  | { readonly problem: string }

export function Page({ query }: PageProps) {
  const [found, setFound] = useState<Found>('looking')
  const look = async (): Promise<void> => {
    try {
      const node = await findNode()
      setFound(node === undefined ? 'static' : { folder: node.folder, runs: await listRuns() })
    } catch (error) {
      setFound({ problem: error instanceof Error ? error.message : String(error) })
    }
  }
  useEffect(() => {
    void look()
    // Runs that begin in a terminal appear by themselves.
    const timer = setInterval(() => document.visibilityState === 'visible' && void look(), 10_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <h1>{common.pages.runs.title}</h1>
      <p class="lead">{common.pages.runs.about}</p>
      <Body found={found} query={query} refresh={() => void look()} />
    </>
  )
}

function Body({
  found,
  query,
  refresh,
}: {
  readonly found: Found
  readonly query: PageProps['query']
  refresh(): void
}) {
  if (found === 'looking') return <p class="loading">{common.loading}</p>
  if (found === 'static') {
    return (
      <>
        <Note>{text.needs}</Note>
        <Command line={text.command} />
        <p class="hint">{text.kept}</p>
      </>
    )
  }
  if ('problem' in found) return <Note kind="error">{text.failed(found.problem)}</Note>
  if (found.runs.length === 0) {
    return (
      <>
        <Note>{text.none(found.folder)}</Note>
        <Command line={text.train} />
      </>
    )
  }
  return <RunsOfMachine folder={found.folder} runs={found.runs} query={query} refresh={refresh} />
}
