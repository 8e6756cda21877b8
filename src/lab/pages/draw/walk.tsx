/** A walk from the picture of one seed to that of another. */
import { useEffect, useState } from 'preact/hooks'
import type { PlainDrawn } from '../../../app/web/worker/protocol.ts'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { Shown } from '../../model/shown.tsx'
import { Note } from '../../parts/notes.tsx'
import { useWidth } from '../../parts/width.ts'
import { words } from '../../words/draw.ts'
import { saidOf } from '../../said.ts'
import { NumberField } from '../../parts/fields.tsx'
import { type DrawSettings, walkLength, walkRequest } from './settings.ts'

export interface WalkProps {
  readonly model: RemoteModel
  readonly settings: DrawSettings
  change(to: number | undefined): void
}

export function Walk({ model, settings, change }: WalkProps) {
  const { to, seed } = settings
  const [ref, width] = useWidth<HTMLDivElement>()
  const [found, setFound] = useState<{ key: string; drawn?: PlainDrawn; problem?: string }>()
  const { classNames } = model.facts
  const name = settings.class ?? classNames[0]
  const request = walkRequest(settings, classNames)
  const key = JSON.stringify(request)
  useEffect(() => {
    if (to === undefined) return undefined
    const controller = new AbortController()
    model.draw({ ...request, signal: controller.signal }).then(
      (drawn) => setFound({ key, drawn }),
      (error: unknown) => {
        if (!controller.signal.aborted) setFound({ key, problem: saidOf(error) })
      },
    )
    return () => controller.abort()
  }, [model, key, to])
  const now = found?.key === key ? found : undefined
  return (
    <section class="panel" aria-label={words.walk.title} ref={ref}>
      <h2>{words.walk.title}</h2>
      <p class="hint">
        {words.walk.hint} {name !== undefined && words.walk.sameClass(name)}
      </p>
      <div class="row">
        <NumberField label={words.walk.to} value={to ?? seed + 1} min={0} change={change} />
        {to === undefined && (
          <button type="button" onClick={() => change(seed + 1)}>
            {words.walk.go}
          </button>
        )}
      </div>
      {now?.problem !== undefined && <Note kind="error">{now.problem}</Note>}
      {to !== undefined && now === undefined && <p role="status">{words.way.drawing}</p>}
      {now?.drawn !== undefined && to !== undefined && (
        <Shown
          facts={model.facts}
          drawn={now.drawn}
          columns={width < 500 ? 3 : walkLength}
          label={words.walk.label(seed, to)}
          room={Math.max(120, width - 40)}
        />
      )}
    </section>
  )
}
