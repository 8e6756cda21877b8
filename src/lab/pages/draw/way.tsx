/** The way of one drawing from noise, frame by frame. */
import { useEffect, useId, useState } from 'preact/hooks'
import type { PlainDrawn } from '../../../app/web/worker/protocol.ts'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { Shown } from '../../model/shown.tsx'
import { Note } from '../../parts/notes.tsx'
import { PlayButton } from '../../parts/play-button.tsx'
import { words } from '../../words/draw.ts'
import { saidOf } from '../../said.ts'
import { cellName, columnsOf } from './matrix.tsx'
import { type Cell, type DrawSettings, requestOf } from './settings.ts'

export interface WayProps {
  readonly model: RemoteModel
  readonly cell: Cell
  readonly settings: DrawSettings
  close(): void
}

export function Way({ model, cell, settings, close }: WayProps) {
  const request = requestOf(cell, settings)
  const key = JSON.stringify(request)
  const [found, setFound] = useState<{ key: string; drawn?: PlainDrawn; problem?: string }>()
  const [frame, setFrame] = useState(0)
  const id = useId()
  useEffect(() => {
    const controller = new AbortController()
    setFrame(0)
    model.draw({ ...request, frames: true, signal: controller.signal }).then(
      (drawn) => setFound({ key, drawn }),
      (error: unknown) => {
        if (!controller.signal.aborted) setFound({ key, problem: saidOf(error) })
      },
    )
    return () => controller.abort()
  }, [model, key])
  const name = cellName(cell)
  const frames = found?.key === key ? (found.drawn?.frames ?? []) : []
  const last = frames.length - 1
  const shown = frames[Math.min(frame, Math.max(0, last))]
  return (
    <section class="panel" aria-label={words.way.title}>
      <header class="row">
        <h2>
          {words.way.title}: {name}
        </h2>
        <button type="button" class="quiet" onClick={close}>
          {words.way.close}
        </button>
      </header>
      {found?.key === key && found.problem !== undefined && <Note kind="error">{found.problem}</Note>}
      {found?.key !== key && <p role="status">{words.way.drawing}</p>}
      {shown !== undefined && (
        <>
          <Shown
            facts={model.facts}
            drawn={shown}
            columns={Math.max(4, columnsOf(shown.pictures.length))}
            label={words.way.label(name, frame + 1)}
            room={560}
          />
          <div class="controls">
            <div class="control slider">
              <label for={id}>{words.way.frame}</label>
              <output for={id}>{words.way.time(frame + 1, last + 1, shown.time.toFixed(3))}</output>
              <input
                id={id}
                type="range"
                min={0}
                max={last}
                step={1}
                value={frame}
                aria-valuetext={words.way.time(frame + 1, last + 1, shown.time.toFixed(3))}
                onInput={(event) => setFrame(event.currentTarget.valueAsNumber)}
              />
            </div>
          </div>
          <PlayButton
            controls={{ frame: { kind: 'slider', label: words.way.frame, min: 0, max: last, step: 1, initial: 0 } }}
            play={{ control: 'frame', seconds: Math.min(6, 0.25 * last) }}
            value={frame}
            change={(_, value) => setFrame(value)}
          />
        </>
      )}
    </section>
  )
}
