/** The button below an example: it runs the example in a worker and shows what it prints. */
import { withBase } from 'vitepress'
import { defineComponent, h, onBeforeUnmount, ref } from 'vue'
import type { Said } from '../../examples/page/worker.ts'

export const RunExample = defineComponent({
  props: {
    /** The name of its module. */
    id: { type: String, required: true },
    /** Names that are the browser's own here. */
    names: { type: String, default: '' },
    /** Lines that run before it. */
    given: { type: String, default: '' },
  },
  setup(props) {
    const state = ref<'idle' | 'running' | 'done' | 'failed'>('idle')
    const lines = ref<readonly string[]>([])
    const ended = ref('')
    let worker: Worker | undefined

    const end = (how: 'idle' | 'done' | 'failed', text = ''): void => {
      worker?.terminate()
      worker = undefined
      state.value = how
      ended.value = text
    }
    const hear = (said: Said): void => {
      if ('line' in said) lines.value = [...lines.value, said.line]
      else if ('error' in said) end('failed', said.hint === undefined ? said.error : `${said.error} (${said.hint})`)
      else end('done', `Ran in ${said.seconds.toPrecision(2)} s.`)
    }
    const run = (): void => {
      ;[lines.value, ended.value, state.value] = [[], '', 'running']
      worker = new Worker(new URL(withBase('/package/worker.js'), location.href), { type: 'module' })
      worker.addEventListener('message', ({ data }: MessageEvent<Said>) => hear(data))
      worker.addEventListener('error', () =>
        end('failed', 'The example could not be loaded. Is the page still served?'),
      )
      worker.postMessage(new URL(withBase(`/run/${props.id}.js`), location.href).href)
    }
    onBeforeUnmount(() => end('idle'))

    return () =>
      h('div', { class: 'run-example', 'data-example': props.id, 'data-state': state.value }, [
        state.value === 'running'
          ? h('button', { type: 'button', onClick: () => end('idle', 'Stopped.') }, 'Stop')
          : h('button', { type: 'button', onClick: run }, state.value === 'idle' ? 'Run' : 'Run again'),
        h('output', { 'aria-live': 'polite' }, [
          lines.value.length > 0 ? h('pre', { tabindex: 0 }, lines.value.join('\n')) : undefined,
          h('span', { class: 'ended' }, state.value === 'running' ? 'Running …' : ended.value),
        ]),
        props.given === ''
          ? undefined
          : h('details', [h('summary', 'What is given'), h('pre', { tabindex: 0 }, props.given)]),
        props.names === ''
          ? undefined
          : h('small', ['The engine here is the browser’s: ', h('code', 'webEngine()'), ` for ${props.names}.`]),
      ])
  },
})
