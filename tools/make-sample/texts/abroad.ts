/** Pages in other languages; each stands alone on its host. */
export interface ForeignPage {
  host: string
  language: string
  direction: 'ltr' | 'rtl'
  charset: 'windows-1251' | 'shift_jis' | 'utf-8'
  title: string
  paragraphs: string[]
  /** Scene and its alt. */
  pictures: (readonly [string, string])[]
}

export const ABROAD: ForeignPage[] = [
  {
    host: 'lug.example',
    language: 'ru',
    direction: 'ltr',
    charset: 'windows-1251',
    title: 'Луг: маленький журнал с картинками',
    paragraphs: [
      'Этот номер мы нарисовали за одно лето. Кошка с обложки живёт у нас во дворе и считает, что весь журнал написан про неё.',
      'Если прийти на пруд рано утром, можно услышать лягушек раньше, чем увидеть воду. Рисовать их лучше сидя: они не любят, когда над ними стоят.',
    ],
    pictures: [
      ['orange cat @meadow', 'Рыжая кошка на лугу'],
      ['green frog @plain', 'Зелёная лягушка'],
      ['3 red apple @plain', 'Три красных яблока'],
      ['red house < green tree @meadow', 'Красный дом слева от зелёного дерева'],
    ],
  },
  {
    host: 'hashi.example',
    language: 'ja',
    direction: 'ltr',
    charset: 'shift_jis',
    title: '橋のたもとの小さな絵本',
    paragraphs: [
      '川のそばに小さな家があります。窓から見えるものを、毎日ひとつずつ絵にしています。',
      '雨の日は傘、晴れの日は自転車。冬になると、雪だるまが橋の番をしてくれます。',
    ],
    pictures: [
      ['red bridge @meadow', '赤い橋'],
      ['blue umbrella @plain', '青い傘'],
      ['snowman @snow', '雪の中の雪だるま'],
      ['2 red bicycle @plain', '赤い自転車が二台'],
    ],
  },
  {
    host: 'bustan.example',
    language: 'ar',
    direction: 'rtl',
    charset: 'utf-8',
    title: 'البستان: رسوم من حديقتنا',
    paragraphs: [
      'في آخر الطريق بستان صغير فيه شجرة تفاح ونخلة وبئر. رسمنا ما رأيناه هناك في صباح واحد.',
      'جاءت القطة أولاً، ثم جاء الحمام، وفي المساء طلع القمر فوق البيت الأبيض.',
    ],
    pictures: [
      ['palm tree @desert', 'نخلة في الصحراء'],
      ['3 red apple @plain', 'ثلاث تفاحات حمراء'],
      ['yellow moon @night', 'القمر في الليل'],
      ['white house @meadow', 'بيت أبيض'],
    ],
  },
]
