/** A run in a line: where it is, how fast, and its buttons. */
import { useState } from 'preact/hooks'
import type { SeenRun } from './run.ts'
import { remove } from './store.ts'
import { text } from './text.ts'

export function RunBar({ run, fork }: { readonly run: SeenRun; fork(): void }) {
  const { name, series, status, step, total, seconds, remote } = run
  const [busy, setBusy] = useState(false)
  const ask = (work: () => Promise<unknown>): void => {
    setBusy(true)
    // What fails here ends the run, which says why.
    void work()
      .catch(() => undefined)
      .finally(() => setBusy(false))
  }
  const live = status === 'running' || status === 'paused'
  return (
    <div class="run-bar" role="group" aria-label={name}>
      <span class={`dot series-${series}`} />
      <strong>{name}</strong>
      <span class="facts" data-status={status}>
        {[text.status[status], text.at(step.toLocaleString('en'), total?.toLocaleString('en')), ...paceOf(run)].join(
          ' · ',
        )}
      </span>
      <progress
        max={total ?? 1}
        value={total === undefined ? 0 : step}
        aria-label={text.at(String(step), String(total))}
      />
      <span class="buttons">
        {status === 'running' && (
          <button
            type="button"
            disabled={busy}
            onClick={() =>
              ask(async () => {
                await remote.pause()
                // Whoever pauses may well close the tab.
                await remote.save()
              })
            }
          >
            {text.pause}
          </button>
        )}
        {status === 'paused' && (
          <>
            <button type="button" disabled={busy} onClick={() => ask(() => remote.go())}>
              {text.go}
            </button>
            <button type="button" disabled={busy} onClick={() => ask(() => remote.step(1))}>
              {text.step}
            </button>
          </>
        )}
        {live && (
          <button type="button" disabled={busy} onClick={() => ask(() => remote.stop())}>
            {text.stop}
          </button>
        )}
        {step > 0 && status !== 'failed' && (
          <button type="button" title={text.forkHint} onClick={fork}>
            {text.fork}
          </button>
        )}
        {!live && status !== 'preparing' && (
          <button type="button" class="quiet" onClick={() => remove(run)}>
            {text.remove}
          </button>
        )}
      </span>
      <span class="sr" role="status">
        {`${name}: ${text.status[status]}`}
      </span>
      {seconds > 0 && <span hidden data-seconds={seconds} />}
    </div>
  )
}

function paceOf({ status, lines, step, total, seconds }: SeenRun): string[] {
  const first = lines[0]
  const [steps, time] = [step - (first?.step ?? 0), seconds - (first?.seconds ?? 0)]
  if (first === undefined || !(time > 0.05) || steps <= 0) return []
  const pace = steps / time
  const left = total === undefined || status !== 'running' ? [] : [text.left(timeText((total - step) / pace))]
  return [text.pace(pace >= 10 ? String(Math.round(pace)) : pace.toFixed(1)), ...left]
}

function timeText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}
