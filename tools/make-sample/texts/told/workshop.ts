import type { ToldSite } from './types.ts'

/** In German. Alts are given in full where `~` alone would not do. */
export const WORKSHOP: ToldSite = {
  host: 'drachenwerkstatt.example',
  name: 'Drachenwerkstatt am Deich',
  motto: 'Wir bauen, was fliegt, und malen, was bleibt',
  accent: '#0f6e84',
  language: 'de',
  logo: 'red kite @sky',
  look: 'workshop',
  pages: [
    {
      slug: 'drachen',
      title: 'Unsere Drachen',
      summary: 'Vom ersten Entwurf bis zum Strand: {a:ein roter Drachen über zwei grünen Booten}.',
      pictures: {
        a: 'red kite ^ 2 green sailboat @sea ; ~ Ein roter Drachen über zwei grünen Booten',
        b: '3 blue kite @sky ; ~',
        c: 'purple kite ^ white sheep @meadow',
        d: '5 green kite @beach ; none',
        e: 'yellow kite ^ red lighthouse @beach ; ~ Ein gelber Drachen über einem roten Leuchtturm am Strand',
        f: 'red pair of scissors < blue kite @room',
        g: '2 yellow kite @sky ; useless',
        h: '4 purple kite @meadow ; ~',
      },
      body: `
Wer uns zum ersten Mal besucht, bekommt zuerst das große Blatt über der Werkbank gezeigt. Es ist alt und ein wenig verblichen, aber man erkennt noch gut {a:einen roten Drachen über zwei grünen Booten}, und wer genau hinsieht, findet auch die Schnur.
[a]
Die erste Serie ging an die Schule im Dorf. {b:Drei blaue Drachen am Himmel}, so steht es auf der Rückseite des Bildes, und darunter die Namen der Kinder, die sie gebaut haben.
[b]
Nicht jeder Flug gelingt.
[c]
Solche Tage kommen vor, und wer lange genug am Deich lebt, der hört irgendwann auf, sich darüber zu wundern, und holt stattdessen seinen Stift.
Im Mai drehte der Wind, und für einige Minuten stand {c:ein lila Drachen über einem weißen Schaf}, das davon nichts bemerkte. Wir haben es trotzdem gezeichnet, weil so etwas nicht wiederkommt.
Beim Herbstfest waren es dann mehr, als wir gezählt hatten. Auf dem Bild sieht man {d:fünf grüne Drachen am Strand}; der sechste hing zu diesem Zeitpunkt schon im Zaun des Campingplatzes.
[d]
Am liebsten mögen wir das Bild aus dem letzten Sommer, das auch auf unserem Plakat zu sehen ist, {e:ein gelber Drachen über einem roten Leuchtturm}. Gemalt hat es Frau Petersen, die mit neunundachtzig Jahren unsere älteste Fliegerin ist.
[e]
Zum Bauen braucht man weniger, als man denkt. Auf dem Tisch liegen {f:eine rote Schere und ein blauer Drachen}, dazu Leim, Geduld und eine Kanne Tee.
[f]
Und wenn es gar nicht weht, warten wir eben. {g:Zwei gelbe Drachen am Himmel} hat sich unser Lehrling nur ausgedacht, denn an diesem Tag war Flaute.
[g]
[h]: Beim Herbstfest: {h:vier lila Drachen auf der Wiese}
`,
    },
    {
      slug: 'kurse',
      title: 'Malkurse für Anfänger',
      summary:
        'Jeden Dienstag ab sechs. Erstes Motiv: {b:zwei rote Äpfel neben einer weißen Tasse}.',
      pictures: {
        a: 'green pear < yellow banana @plain ; ~ Eine grüne Birne und eine gelbe Banane',
        b: '2 red apple < white cup @room',
        c: '3 yellow lemon / blue teapot @plain ; ~',
        d: 'orange cat < green book @plain ; none',
        e: '4 red tulip @plain ; ~ Vier rote Tulpen.',
        f: 'black hat ^ red hammer @plain ; wrong',
        g: '6 green pencil @plain ',
      },
      body: `
Am ersten Abend malen alle dasselbe, und am Ende hängen zwölf verschiedene Bilder an der Leine. Wir beginnen mit {a:einer grünen Birne und einer gelben Banane}, denn die eine ist rund, die andere nicht, und beide halten still.
[a]
In der zweiten Stunde kommt das Licht dazu. Eine Lampe links, ein Tuch darunter, und darauf stehen {b:zwei rote Äpfel neben einer weißen Tasse}. Wer den Schatten der Tasse trifft, darf einen Apfel essen.
Danach wird aufgeräumt, und wer will, bleibt noch auf ein Glas und redet über alles, nur nicht über das Malen.
[b]
Schwieriger wird es, wenn eins das andere verdeckt.
[c]
Die Aufgabe hieß: {c:drei gelbe Zitronen hinter einer blauen Teekanne}, und die meisten malten vier, weil sie der Kanne nicht trauten.
Tiere sind im Kurs eigentlich nicht vorgesehen. Der Kater der Nachbarin sieht das anders, er kam durch das Fenster und legte sich hin, und so entstand in einer knappen halben Stunde {d:eine orange Katze neben einem grünen Buch}.
[d]
Blumen malen wir erst zum Schluss, denn man unterschätzt sie leicht; {e:vier rote Tulpen} haben im April den ganzen Kurs zur Verzweiflung gebracht.
[e]
[f]
Am letzten Abend bringt jeder etwas mit. Das Ergebnis ist selten schön und immer wahr, diesmal war es {f:ein schwarzer Hut über einem roten Hammer}, und keiner wollte sagen, von wem.
[g]: {g:Sechs grüne Bleistifte}
Material wird gestellt. Bitte alte Kleidung anziehen.
`,
    },
    {
      slug: 'deichtagebuch',
      title: 'Deichtagebuch',
      summary:
        'Was wir vom Fenster aus sahen, zum Beispiel {a:vier weiße Schafe links von einer Windmühle}.',
      pictures: {
        a: '4 white sheep < brown windmill @meadow',
        b: '2 grey rain cloud ^ red house @meadow ; ~',
        c: 'black ship / white sailboat @sea ; none',
        d: '5 yellow duck @beach',
        e: 'orange fox < 3 brown rabbit @meadow ; ~ Ein oranger Fuchs links und drei braune Hasen rechts',
        f: 'yellow moon ^ blue lighthouse @night',
        g: 'blue tractor < yellow sun @meadow ; empty',
      },
      body: `
## Montag
Die Herde ist wieder oben. Vom Fenster aus zählen wir {a:vier weiße Schafe links von einer braunen Windmühle}, die anderen liegen wohl auf der Seeseite, wo der Wind nicht hinkommt.
[a]
## Dienstag
Seit dem Morgen Regen, zum Glück nicht bei uns: {b:Zwei graue Regenwolken über einem roten Haus}, es ist das von Familie Janssen, und sie haben gerade Wäsche draußen.
[b]
## Mittwoch
[c]
Nebel. Für einen Augenblick riss er auf, und man sah {c:ein schwarzes Schiff hinter einem weißen Segelboot}, beide ganz nah, dann war wieder nichts.
## Donnerstag
Ebbe um zehn. Am Flutsaum liefen {d:fünf gelbe Enten am Strand} entlang, in einer Reihe, als hätten sie einen Termin.
Der Briefträger kam um halb zwölf und wusste auch nichts Neues.
[d]
## Freitag
Der Kleine von nebenan behauptet, er habe gestern Abend etwas gesehen, und weil ihm keiner glaubte, hat er es aufgezeichnet. Das Blatt hängt jetzt bei uns: {e:ein oranger Fuchs links und drei braune Kaninchen rechts}. Wir glauben ihm.
[e]
## Samstag
Klare Nacht, kein Wind, das Wasser glatt. Gegen elf stand {f:ein gelber Mond über einem blauen Leuchtturm}, und auf der Bank davor saß jemand und sang.
[f]
## Sonntag
Ruhe. Nur drüben wurde gemäht, {g:ein blauer Traktor links von einer gelben Sonne}, so malt man das, wenn man nicht aufstehen will.
[g]
`,
    },
    {
      slug: 'geschichten',
      title: 'Geschichten zu unseren Bildern',
      summary:
        'Erzählt beim Leimkochen. Zum Beispiel die von {b:drei schwarzen Katzen unter einem roten Schirm}.',
      pictures: {
        a: 'blue boot < 2 yellow duck @beach',
        b: 'red umbrella ^ 3 black cat @city',
        c: 'green bicycle / white house @city ; ~',
        d: '4 orange carrot < grey rabbit @meadow ; none',
        e: 'brown bear < blue teapot @room',
        f: '2 red rocket ^ green tree @meadow ; ~ Zwei rote Raketen über dem grünen Baum',
        g: 'purple book ^ yellow cup @room ; useless',
        h: '6 blue star @night ; ~',
      },
      body: `
Solange der Leim zieht, kann man nichts tun als warten, und beim Warten wird bei uns erzählt. Zu jedem Bild an der Wand gibt es deshalb eine Geschichte, manchmal auch zwei.
[a]
Angefangen hat es mit diesem. Da stehen {a:ein blauer Stiefel und zwei gelbe Enten}, und die Frage war nur, wer von den dreien zuerst da war. Der alte Hinrichs schwor auf den Stiefel.
Dann gibt es die Regengeschichte. In der Stadt, sagte seine Frau, teilen sich alle alles, und sie zeigte auf das kleine Blatt neben dem Ofen, wo {b:drei schwarze Katzen unter einem roten Regenschirm} sitzen und so tun, als hätten sie ihn gekauft.
Wahr ist daran nur der Regen.
[b]
Wer neu ist, muss die mit dem Rad erzählen.
Es war nämlich so, dass einer von uns jeden Abend zu spät kam und jeden Abend sagte, ihm habe wieder jemand das Rad versteckt. Niemand glaubte ihm. Bis wir hinfuhren und sahen: {c:ein grünes Fahrrad hinter einem weißen Haus}, und am Fenster die Großmutter, die wollte, dass er länger bleibt.
[c]
[d]
Kurz ist die nächste. {d:Vier orange Möhren links von einem grauen Hasen}, gemalt um sechs Uhr früh; um sieben waren es drei.
Die Kinder wollen immer nur die vom Bären hören. Er kam, sagen wir, an einem Sonntag, er setzte sich, und weil keiner etwas zu sagen wagte, goss er sich selber ein, und so hat ihn die Lehrerin dann auch gezeichnet, {e:ein brauner Bär neben einer blauen Teekanne}, mit abgespreiztem Finger.
[e]
Lauter geht es bei der mit dem Feuerwerk zu. Eigentlich war nur eine bestellt. Auf dem Bild aber sieht man deutlich {f:zwei rote Raketen über einem grünen Baum}, und der Baum steht heute noch, wenn auch etwas kleiner.
[f]
Zum Schluss die stille. Jemand hat {g:ein lila Buch über einer gelben Tasse} gemalt und nie gesagt, warum; wir lassen es hängen, bis er wiederkommt.
[g]
[h]: {h:Sechs blaue Sterne in der Nacht}, ohne Geschichte
`,
    },
  ],
}
