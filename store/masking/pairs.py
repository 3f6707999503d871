"""The words for ten to ninety-nine in Urdu, Hindi and both in Latin letters; each is a word of its own."""

URDU = """
10 دس
11 گیارہ گیاره
12 بارہ
13 تیرہ
14 چودہ
15 پندرہ
16 سولہ
17 سترہ
18 اٹھارہ
19 انیس
20 بیس
21 اکیس
22 بائیس بایس
23 تئیس تیئیس تیئس
24 چوبیس
25 پچیس
26 چھبیس
27 ستائیس
28 اٹھائیس
29 انتیس
30 تیس
31 اکتیس
32 بتیس
33 تینتیس تیتیس
34 چونتیس
35 پینتیس
36 چھتیس
37 سینتیس
38 اڑتیس
39 انتالیس
40 چالیس
41 اکتالیس
42 بیالیس
43 تینتالیس تیتالیس
44 چوالیس چوالیں
45 پینتالیس
46 چھیالیس
47 سینتالیس
48 اڑتالیس
49 انچاس
50 پچاس
51 اکیاون اکاون
52 باون
53 ترپن تریپن
54 چون چوون
55 پچپن
56 چھپن
57 ستاون
58 اٹھاون
59 انسٹھ
60 ساٹھ
61 اکسٹھ
62 باسٹھ
63 تریسٹھ ترسٹھ تریسٹ
64 چونسٹھ
65 پینسٹھ
66 چھیاسٹھ
67 سڑسٹھ ستاسٹھ
68 اڑسٹھ اٹھسٹھ
69 انہتر
70 ستر
71 اکہتر
72 بہتر
73 تہتر
74 چوہتر
75 پچھتر پچہتر
76 چھہتر چھیتر
77 ستتر ستہتر
78 اٹھتر اٹھہتر
79 اناسی
80 اسی
81 اکیاسی اکاسی
82 بیاسی
83 تراسی
84 چوراسی
85 پچاسی
86 چھیاسی
87 ستاسی
88 اٹھاسی
89 نواسی
90 نوے نوّے
91 اکیانوے اکانوے
92 بانوے
93 ترانوے
94 چورانوے
95 پچانوے پنچانوے
96 چھیانوے
97 ستانوے
98 اٹھانوے
99 ننانوے نناوے
"""
HINDI = """
10 दस
11 ग्यारह
12 बारह
13 तेरह
14 चौदह
15 पंद्रह पन्द्रह
16 सोलह
17 सत्रह
18 अठारह अट्ठारह
19 उन्नीस
20 बीस
21 इक्कीस
22 बाईस बाइस
23 तेईस तेइस
24 चौबीस
25 पच्चीस
26 छब्बीस
27 सत्ताईस सत्ताइस
28 अट्ठाईस अठाईस अट्ठाइस
29 उनतीस उन्तीस
30 तीस
31 इकतीस इकत्तीस
32 बत्तीस
33 तैंतीस तेंतीस
34 चौंतीस
35 पैंतीस
36 छत्तीस
37 सैंतीस
38 अड़तीस
39 उनतालीस उन्तालीस
40 चालीस
41 इकतालीस
42 बयालीस
43 तैंतालीस
44 चौवालीस चवालीस
45 पैंतालीस
46 छियालीस
47 सैंतालीस
48 अड़तालीस
49 उनचास उन्चास
50 पचास
51 इक्यावन
52 बावन
53 तिरपन तिरेपन
54 चौवन
55 पचपन
56 छप्पन
57 सत्तावन
58 अट्ठावन अठावन
59 उनसठ
60 साठ
61 इकसठ
62 बासठ
63 तिरसठ तिरेसठ
64 चौंसठ
65 पैंसठ
66 छियासठ
67 सड़सठ
68 अड़सठ
69 उनहत्तर
70 सत्तर
71 इकहत्तर
72 बहत्तर
73 तिहत्तर
74 चौहत्तर
75 पचहत्तर
76 छिहत्तर
77 सतहत्तर
78 अठहत्तर
79 उन्यासी उनासी
80 अस्सी
81 इक्यासी
82 बयासी
83 तिरासी
84 चौरासी
85 पचासी
86 छियासी
87 सत्तासी सतासी
88 अट्ठासी अठासी
89 नवासी
90 नब्बे
91 इक्यानवे इक्यानबे
92 बानवे बानबे
93 तिरानवे तिरानबे
94 चौरानवे चौरानबे
95 पचानवे पंचानवे पंचानबे
96 छियानवे छियानबे
97 सत्तानवे सत्तानबे
98 अट्ठानवे अठानवे अट्ठानबे
99 निन्यानवे निन्यानबे
"""
ROMAN = """
10 das dus
11 gyarah giyarah gyara giara
12 barah bara baara
13 terah tera
14 chaudah chodah choda chauda
15 pandrah pandra pandhra
16 solah sola
17 satrah satra sattrah
18 atharah athara atthara
19 unnis unees anees
20 bees bis
21 ikkis ikees ikkees
22 bais baees baais
23 teis tees taees teyis
24 chaubis chobees chaubees
25 pachis pachees pacheess
26 chabbis chabees chhabbis chabbees
27 sattais satais sataees
28 atthais athais athaees
29 untis untees unatees
30 tees tis
31 ikattis iktees ikatees
32 battis battees batees
33 taintis taintees tentees
34 chauntis chauntees chontees
35 paintis paintees pentees
36 chattis chattees chatees
37 saintis saintees sentees
38 adtis artees artis
39 untalis untalees untaalees
40 chalis chalees chaalees
41 iktalis iktalees iktaalees
42 bayalis bayalees biyalees bialees
43 taintalis taintalees tentalees
44 chawalis chawalees chavalis
45 paintalis paintalees pentalees
46 chiyalis chiyalees chialees
47 saintalis saintalees sentalees
48 adtalis artalees artalis
49 unchas unchaas
50 pachas pachaas
51 ikyavan ikawan ikyawan
52 bavan bawan
53 tirpan tirepan
54 chavvan chawan chauwan
55 pachpan
56 chappan chapan
57 sattavan satawan
58 atthavan athawan
59 unsath unsat
60 saath sath
61 iksath
62 basath
63 tirsath
64 chaunsath chonsath
65 painsath pensath
66 chiyasath
67 sadsath sarsath
68 adsath arsath
69 unhattar unhatar
70 sattar satar
71 ikhattar ikhatar
72 bahattar bahatar
73 tihattar tehatar
74 chauhattar chohatar
75 pachattar pichhattar pachhatar
76 chihattar chhihattar
77 satattar sathattar
78 athattar athatar
79 unasi unnasi
80 assi asi
81 ikyasi ikasi
82 bayasi biyasi
83 tirasi
84 chaurasi chorasi
85 pachasi
86 chiyasi
87 satasi sattasi
88 athasi atthasi
89 navasi nawasi
90 nabbe navve nawway
91 ikyanve ikanway ikyanbe
92 banve banway banbe
93 tiranve tiranway
94 chauranve choranway
95 pachanve pachanway
96 chiyanve chiyanway
97 sattanve satanway
98 atthanve athanway
99 ninyanve ninanway
"""
