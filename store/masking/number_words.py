"""The words that people say digits by, one or two at a time, and what they say between them.

Each line is a value and its spellings in one language.
"""

from store.masking.characters import latin_sound, spelling
from store.masking.pairs import HINDI, ROMAN, URDU

_DIGITS = """
0 zero oh o nought naught nil
1 one
2 two
3 three
4 four
5 five
6 six
7 seven
8 eight
9 nine niner
0 صفر زیرو
1 ایک ون
2 دو ٹو
3 تین تھری
4 چار فور
5 پانچ فائیو فائو فائف
6 چھ چھے چھہ چھۓ سکس
7 سات سیون
8 آٹھ اٹھ ایٹ
9 نو نائن
0 sifar sifr zeero shunya shoonya
1 ek aik
2 do
3 teen tin
4 char chaar
5 panch paanch
6 chay chhe chhay che chhah chah
7 saat sat
8 aath ath
9 nau nou
0 शून्य सिफर सिफ़र ज़ीरो जीरो
1 एक वन
2 दो टू
3 तीन थ्री
4 चार फोर
5 पाँच पांच पाच फाइव
6 छह छः छ छे सिक्स
7 सात सेवन
8 आठ एट
9 नौ नाइन
1 یک یه
2 دوتا
3 سه
4 چهار چار
5 پنج
6 شش شیش
7 هفت
8 هشت
9 نه
1 واحد واحدة أحد إحدى
2 اثنان اثنين اتنين اثنتان تنين اثنا اثني اثنتا
3 ثلاثة ثلاث تلاتة
4 أربعة أربع
5 خمسة خمس
6 ستة ست
7 سبعة سبع
8 ثمانية ثماني ثمان تمانية تمنية
9 تسعة تسع
"""
_PAIRS = """
10 ten
11 eleven
12 twelve
13 thirteen
14 fourteen
15 fifteen
16 sixteen
17 seventeen
18 eighteen
19 nineteen
10 ده عشرة عشر ٹین
11 یازده الیون
12 دوازده ٹویلو
13 سیزده
14 چهارده
15 پانزده پونزده
16 شانزده شونزده
17 هفده هیفده
18 هجده هیجده
19 نوزده
"""
_TENS = """
20 twenty بیست عشرون عشرين ٹوئنٹی
30 thirty سی ثلاثون ثلاثين تھرٹی
40 forty fourty چهل أربعون أربعين فورٹی
50 fifty پنجاه خمسون خمسين ففٹی
60 sixty شصت ستون ستين سکسٹی
70 seventy هفتاد سبعون سبعين سیونٹی
80 eighty هشتاد ثمانون ثمانين ایٹی
90 ninety نود تسعون تسعين نائنٹی
"""
_HUNDREDS = """
100 صد یکصد
200 دویست
300 سیصد
400 چهارصد
500 پانصد پونصد
600 ششصد شیشصد
700 هفتصد
800 هشتصد
900 نهصد
"""
_REPEATS = """
0 double ڈبل डबल
00 triple ٹرپل ट्रिपल
000 quadruple quad کواڈرپل क्वाड्रपल
"""
_FILLERS = """
and then uhm uhmm um umm uh uhh hmm hm er erm ah okay ok so right yes yeah well now next again plus minus dash
hyphen space comma slash dot point full stop colon star underscore followed by got it sorry wait bit last
finally
اور پھر جی ہاں اچھا تو ڈیش اوکے ٹھیک بس آگے اس کے بعد وہ یعنی مطلب آخر میں رکیں لکھیں لکھو
ام اہ ہمم سپیس کوما سلیش ڈاٹ نقطہ
aur phir fir ji jee han haan acha accha achha theek thik bas aage uske baad yani matlab akhir mein
ruko ruken likho likhein likhen
और फिर जी हाँ हां अच्छा तो ठीक बस आगे उसके बाद आखिर में रुको रुकिए लिखो लिखिए यानी मतलब डैश स्पेस कॉमा डॉट
و بعد سپس خب بله آره اوه خط فاصله ثم نعم طيب يعني شرطة فاصلة نقطة
"""

_LINKING = """
is it s its that thats the rest are were number digits last first four sorry my ends ending with in
wait please sir madam go i repeat
ہے ہیں باقی نمبر آخری پہلے چار سر میڈم جناب جی میرا کا یہ ایک منٹ پلیز سوری
hai hain he baqi baki number akhri sir madam mera ka yeh ye please sorry minute
है हैं बाकी नंबर आखिरी मेरा का यह सर मैडम जी प्लीज़
است هست هستش بقیه شماره آقا خانم هو والباقي الباقي رقم لحظة
"""


def _values(table: str) -> dict[str, str]:
    lines = map(str.split, table.strip().splitlines())
    return {spelling(word): value for value, *words in lines for word in words}


REPEATS = _values(_REPEATS)
"""Words that repeat the next digit, with as many digits as they add."""
TENS = _values(_TENS)
"""Words after which a single digit is the second one of the pair."""
HUNDREDS = _values(_HUNDREDS)
"""Persian: three digits, of which a pair or a single digit may replace the last ones."""
NUMBER_WORDS = {
    **_values(ROMAN),
    **_values(HINDI),
    **_values(URDU),
    **_values(_PAIRS),
    **HUNDREDS,
    **TENS,
    **REPEATS,
    **_values(_DIGITS),
}
"""The digits of every word, by its spelling."""
ROMAN_WORDS = {latin_sound(word): value for word, value in _values(ROMAN).items()}
"""Urdu and Hindi pairs in Latin letters by their sound; everyone spells them otherwise."""
HUNDRED = frozenset(map(spelling, ["hundred", "سو", "sau", "सौ"]))
"""Words that add two digits to a single one said before ("zero three hundred")."""
FILLERS = frozenset(map(spelling, _FILLERS.split()))
"""What people say between the parts of one number."""
WEAK_FILLERS = frozenset(["to"])
"""The same, but only behind a number word or another filler: between written digits it means a range."""
LINKING = FILLERS | WEAK_FILLERS | frozenset(map(spelling, _LINKING.split()))
"""What may stand before a number that goes on in another utterance, or behind one that stops there."""
