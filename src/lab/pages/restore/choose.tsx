/** What is asked: the picture, what happened to it, how answers are drawn. */
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { FileButton } from '../../parts/file-button.tsx'
import { ChoicePart, ControlPart } from '../../parts/controls/control.tsx'
import { words } from '../../words/restore.ts'
import { NumberField } from '../../parts/fields.tsx'
import {
  factorsOf,
  kernels,
  type Method,
  methods,
  type Pictures,
  type PictureSource,
  type RestoreSettings,
  type Task,
  tasksFor,
} from './settings.ts'
import { builtinData } from './use-picture.ts'

export interface ChooseProps {
  readonly model: RemoteModel
  readonly pictures: Pictures
  readonly settings: RestoreSettings
  readonly brush: number
  change(settings: RestoreSettings): void
  changeBrush(width: number): void
  pick(file: Blob): void
}

export function Choose({ model, pictures, settings, brush, change, changeBrush, pick }: ChooseProps) {
  const set = (changed: Partial<RestoreSettings>): void => change({ ...settings, ...changed })
  const { picture, task } = settings
  const slider = (name: 'share' | 'sigma' | 'strength', label: string, min: number, max: number) => (
    <ControlPart
      control={{ kind: 'slider', label, min, max, step: 0.05, initial: settings[name] }}
      value={settings[name]}
      change={(value) => set({ [name]: value as number })}
    />
  )
  return (
    <section class="panel" aria-label={words.task}>
      <div class="controls">
        <ChoicePart
          label={words.from.label}
          options={[
            { value: 'seed', label: words.from.seed },
            ...(builtinData(model) === undefined ? [] : [{ value: 'data', label: words.from.data }]),
            { value: 'file', label: words.from.file },
          ]}
          value={picture.kind}
          change={(kind) => set({ picture: pictureOfKind(kind) })}
        />
        {picture.kind === 'seed' && (
          <NumberField
            label={words.pictureSeed}
            value={picture.seed}
            min={0}
            change={(seed) => set({ picture: { kind: 'seed', seed } })}
          />
        )}
        {picture.kind === 'data' && (
          <NumberField
            label={words.pictureItem}
            value={picture.item}
            min={0}
            max={999_999}
            change={(item) => set({ picture: { kind: 'data', item } })}
          />
        )}
        {picture.kind === 'file' && (
          <div class="control">
            <FileButton label={words.pick} accept="image/*" pick={([first]) => first && pick(first.file)} />
            <p class="hint">{words.dropHint}</p>
          </div>
        )}
        <ChoicePart
          label={words.task}
          options={tasksFor(pictures).map((each) => ({ value: each, label: words.tasks[each] }))}
          value={task}
          change={(next) => set({ task: next as Task })}
        />
        {task === 'inpaint' && (
          <ControlPart
            control={{ kind: 'slider', label: words.brushSize, min: 1, max: 9, step: 1, initial: brush }}
            value={brush}
            change={(value) => changeBrush(value as number)}
          />
        )}
        {task === 'random' && slider('share', words.share, 0.05, 0.95)}
        {task === 'super-resolution' && (
          <ChoicePart
            label={words.factor}
            options={factorsOf(pictures).map((each) => ({ value: String(each), label: String(each) }))}
            value={String(settings.factor)}
            change={(factor) => set({ factor: Number(factor) })}
          />
        )}
        {task === 'deblur' && (
          <ChoicePart
            label={words.kernel}
            options={kernels.map((each) => ({ value: each, label: words.kernels[each] }))}
            value={settings.kernel}
            change={(kernel) => set({ kernel: kernel as RestoreSettings['kernel'] })}
          />
        )}
        {task !== 'inpaint' && task !== 'random' && task !== 'edit' && slider('sigma', words.sigma, 0, 1)}
        {task === 'edit' && slider('strength', words.strength, 0.05, 1)}
        {task !== 'edit' && (
          <ChoicePart
            label={words.method}
            options={methods.map((each) => ({ value: each, label: words.methods[each] }))}
            value={settings.method}
            change={(method) => set({ method: method as Method })}
          />
        )}
        <NumberField
          label={words.methodSteps}
          value={settings.steps}
          min={1}
          max={1000}
          change={(steps) => set({ steps })}
        />
        <NumberField label={words.count} value={settings.count} min={1} max={8} change={(count) => set({ count })} />
        <NumberField label={words.seed} value={settings.seed} min={0} change={(seed) => set({ seed })} />
        {pictures.classNames.length > 0 && (
          <ChoicePart
            label={words.class}
            options={[
              { value: '', label: words.unknownClass },
              ...pictures.classNames.map((name) => ({ value: name, label: name })),
            ]}
            value={settings.class ?? ''}
            change={(name) => set({ class: name === '' ? undefined : name })}
          />
        )}
      </div>
    </section>
  )
}

function pictureOfKind(kind: string): PictureSource {
  if (kind === 'file') return { kind }
  return kind === 'data' ? { kind: 'data', item: 0 } : { kind: 'seed', seed: 1 }
}
