/** A chapter of the Lab on a page: a link to it, and the chapter itself once it is asked for. */
import { withBase } from 'vitepress'
import { defineComponent, h, ref } from 'vue'

export const LabChapter = defineComponent({
  props: {
    /** The chapter's name, which is the page's. */
    name: { type: String, required: true },
  },
  setup(props) {
    const shown = ref(false)
    return () => {
      const address = withBase(`/lab/index.html#/learn/${props.name}`)
      return h('div', { class: 'lab-chapter' }, [
        h('p', [
          'The figures of this chapter, live: ',
          h('a', { href: address, target: '_self' }, 'in the Lab'),
          ' or ',
          h(
            'button',
            { type: 'button', 'aria-expanded': shown.value, onClick: () => (shown.value = !shown.value) },
            shown.value ? 'not here' : 'here',
          ),
          '.',
        ]),
        shown.value ? h('iframe', { src: address, title: 'The chapter in the Lab', loading: 'lazy' }) : undefined,
      ])
    }
  },
})
