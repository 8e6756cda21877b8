/** The runs of a folder, each to be shown or hidden. */
import { numberText } from '../../draw/ticks.ts'
import type { ListedRun } from '../../remote/machine.ts'
import { text } from './text.ts'

export interface RunListProps {
  readonly folder: string
  readonly runs: readonly ListedRun[]
  readonly chosen: readonly string[]
  readonly full: boolean
  toggle(name: string): void
  refresh(): void
}

export function RunList({ folder, runs, chosen, full, toggle, refresh }: RunListProps) {
  return (
    <section class="run-list" aria-label={text.list}>
      <p class="hint">{text.folder(folder)}</p>
      <ul>
        {runs.map(({ name, data, busy, last, kind }) => {
          const at = chosen.indexOf(name)
          const facts = [
            data,
            last && `step ${last.step}`,
            last && `loss ${numberText(last.loss)}`,
            kind === 'model' && 'model',
          ]
          return (
            <li key={name}>
              <label>
                <input type="checkbox" checked={at >= 0} disabled={at < 0 && full} onChange={() => toggle(name)} />
                <span class={at >= 0 ? `dot series-${at}` : 'dot'} />
                <span class="name">{name === '' ? '.' : name}</span>
                {busy && <span class="busy">{text.busy}</span>}
                <span class="facts">{facts.filter(Boolean).join(' · ')}</span>
              </label>
            </li>
          )
        })}
      </ul>
      {full && <p class="hint">{text.most}</p>}
      <button type="button" onClick={refresh}>
        {text.refresh}
      </button>
    </section>
  )
}
