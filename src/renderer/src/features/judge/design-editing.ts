import { answersOf, Aspect, StudyDesign, type AspectForm } from '#shared/studies/design.ts'
import { t } from '../../texts/index.ts'

/** An id for files and tables out of a name, one that none of the others has. */
export function freeId(name: string, taken: readonly string[]): string {
  const plain =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 36)
      .replace(/-+$/, '') || 'aspect'
  let id = plain
  for (let n = 2; taken.includes(id); n++) id = `${plain}-${n}`
  return id
}

/** One more aspect, to be filled in. */
export function newAspect(aspects: readonly Aspect[]): Aspect {
  const taken = aspects.map(({ id }) => id)
  return { id: freeId('aspect', taken), name: '', question: '', form: '0-5', anchors: {} }
}

/** The answers of a form that can be given an anchor; a count speaks for itself. */
export function anchored(form: AspectForm): readonly string[] {
  return form === 'count' ? [] : answersOf(form)
}

/** As it is kept: ids of new aspects follow their names, anchors that do not fit the form go. */
export function tidied(design: StudyDesign, isNew: (aspect: Aspect) => boolean): StudyDesign {
  const ids = new Map<string, string>()
  const taken: string[] = design.aspects.filter((one) => !isNew(one)).map(({ id }) => id)
  const aspects = design.aspects.map((aspect) => {
    const id = isNew(aspect) ? freeId(aspect.name, taken) : aspect.id
    if (isNew(aspect)) taken.push(id)
    ids.set(aspect.id, id)
    const fits = anchored(aspect.form)
    const anchors = Object.fromEntries(
      Object.entries(aspect.anchors).filter(([key, text]) => fits.includes(key) && text.trim()),
    )
    return { ...aspect, id, name: aspect.name.trim(), question: aspect.question.trim(), anchors }
  })
  const primary = design.primary.flatMap((id) => ids.get(id) ?? [])
  return { ...design, aspects, primary }
}

/** What is wrong with a design, in a sentence; null = nothing. */
export function problemOf(design: StudyDesign): string | null {
  if (!design.rate && !design.compare) return t('judge.design.nothing')
  if (design.aspects.length === 0) return t('judge.design.noAspects')
  const bad = design.aspects.findIndex((aspect) => !Aspect.safeParse(aspect).success)
  if (bad >= 0) return t('judge.design.badAspect', { n: bad + 1 })
  const names = design.aspects.map(({ name }) => name.trim().toLowerCase())
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i)
  if (twice >= 0) return t('judge.design.nameTwice', { name: design.aspects[twice]?.name ?? '' })
  return StudyDesign.safeParse(design).success ? null : t('judge.design.bad')
}
