// Written by Sources/CMiniNews/generate; a test compares it with the folder.
#include "mini_news.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char a0[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1031766.txt"
};
static const unsigned char a1[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1034794.txt"
};
static const unsigned char a2[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1130441.txt"
};
static const unsigned char a3[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1191148.txt"
};
static const unsigned char a4[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1429483.txt"
};
static const unsigned char a5[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1528516.txt"
};
static const unsigned char a6[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1692968.txt"
};
static const unsigned char a7[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2123221.txt"
};
static const unsigned char a8[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2188189.txt"
};
static const unsigned char a9[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2452422.txt"
};
static const unsigned char a10[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2513953.txt"
};
static const unsigned char a11[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2540027.txt"
};
static const unsigned char a12[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3031542.txt"
};
static const unsigned char a13[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3211493.txt"
};
static const unsigned char a14[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3397708.txt"
};
static const unsigned char a15[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3528613.txt"
};
static const unsigned char a16[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3529261.txt"
};
static const unsigned char a17[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3786433.txt"
};
static const unsigned char a18[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3795849.txt"
};
static const unsigned char a19[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3809609.txt"
};
static const unsigned char a20[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3868977.txt"
};
static const unsigned char a21[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4469649.txt"
};
static const unsigned char a22[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4503530.txt"
};
static const unsigned char a23[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4523496.txt"
};
static const unsigned char a24[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4754522.txt"
};
static const unsigned char a25[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4816231.txt"
};
static const unsigned char a26[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4876105.txt"
};
static const unsigned char a27[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4896840.txt"
};
static const unsigned char a28[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5003240.txt"
};
static const unsigned char a29[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5179031.txt"
};
static const unsigned char a30[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5536192.txt"
};
static const unsigned char a31[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5597188.txt"
};
static const unsigned char a32[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5668173.txt"
};
static const unsigned char a33[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5765442.txt"
};
static const unsigned char a34[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6023378.txt"
};
static const unsigned char a35[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6072250.txt"
};
static const unsigned char a36[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6145996.txt"
};
static const unsigned char a37[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6168139.txt"
};
static const unsigned char a38[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6299905.txt"
};
static const unsigned char a39[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6439018.txt"
};
static const unsigned char a40[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6509550.txt"
};
static const unsigned char a41[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6573473.txt"
};
static const unsigned char a42[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6693480.txt"
};
static const unsigned char a43[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6748905.txt"
};
static const unsigned char a44[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7060656.txt"
};
static const unsigned char a45[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7207603.txt"
};
static const unsigned char a46[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7485461.txt"
};
static const unsigned char a47[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7703239.txt"
};
static const unsigned char a48[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7714413.txt"
};
static const unsigned char a49[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7941435.txt"
};
static const unsigned char a50[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8057567.txt"
};
static const unsigned char a51[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8061244.txt"
};
static const unsigned char a52[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8457688.txt"
};
static const unsigned char a53[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8790913.txt"
};
static const unsigned char a54[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8993418.txt"
};
static const unsigned char a55[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9105060.txt"
};
static const unsigned char a56[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9158946.txt"
};
static const unsigned char a57[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9649758.txt"
};
static const unsigned char a58[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9653704.txt"
};
static const unsigned char a59[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9812455.txt"
};
static const unsigned char a60[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1436387.txt"
};
static const unsigned char a61[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1488982.txt"
};
static const unsigned char a62[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1539999.txt"
};
static const unsigned char a63[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1559013.txt"
};
static const unsigned char a64[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1598644.txt"
};
static const unsigned char a65[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1725387.txt"
};
static const unsigned char a66[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1948657.txt"
};
static const unsigned char a67[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2080276.txt"
};
static const unsigned char a68[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2438091.txt"
};
static const unsigned char a69[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2477183.txt"
};
static const unsigned char a70[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2737871.txt"
};
static const unsigned char a71[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2919209.txt"
};
static const unsigned char a72[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3194850.txt"
};
static const unsigned char a73[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3220566.txt"
};
static const unsigned char a74[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3243130.txt"
};
static const unsigned char a75[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3342313.txt"
};
static const unsigned char a76[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3344245.txt"
};
static const unsigned char a77[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3686045.txt"
};
static const unsigned char a78[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3695699.txt"
};
static const unsigned char a79[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3773105.txt"
};
static const unsigned char a80[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3886997.txt"
};
static const unsigned char a81[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4171381.txt"
};
static const unsigned char a82[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4201632.txt"
};
static const unsigned char a83[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4213104.txt"
};
static const unsigned char a84[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4411734.txt"
};
static const unsigned char a85[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4503491.txt"
};
static const unsigned char a86[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4613759.txt"
};
static const unsigned char a87[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4614465.txt"
};
static const unsigned char a88[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4749679.txt"
};
static const unsigned char a89[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4875767.txt"
};
static const unsigned char a90[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4880557.txt"
};
static const unsigned char a91[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4887016.txt"
};
static const unsigned char a92[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-5171691.txt"
};
static const unsigned char a93[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-5224568.txt"
};
static const unsigned char a94[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6257367.txt"
};
static const unsigned char a95[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6302779.txt"
};
static const unsigned char a96[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6396229.txt"
};
static const unsigned char a97[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6737298.txt"
};
static const unsigned char a98[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6819085.txt"
};
static const unsigned char a99[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6933502.txt"
};
static const unsigned char a100[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7164036.txt"
};
static const unsigned char a101[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7213904.txt"
};
static const unsigned char a102[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7214342.txt"
};
static const unsigned char a103[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7594563.txt"
};
static const unsigned char a104[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7681785.txt"
};
static const unsigned char a105[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7695761.txt"
};
static const unsigned char a106[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7777397.txt"
};
static const unsigned char a107[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8044850.txt"
};
static const unsigned char a108[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8101775.txt"
};
static const unsigned char a109[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8111697.txt"
};
static const unsigned char a110[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8197705.txt"
};
static const unsigned char a111[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8547138.txt"
};
static const unsigned char a112[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8623027.txt"
};
static const unsigned char a113[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9026425.txt"
};
static const unsigned char a114[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9091632.txt"
};
static const unsigned char a115[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9351463.txt"
};
static const unsigned char a116[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9476337.txt"
};
static const unsigned char a117[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9617562.txt"
};
static const unsigned char a118[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9737425.txt"
};
static const unsigned char a119[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9827131.txt"
};
static const unsigned char a120[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1013979.txt"
};
static const unsigned char a121[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1103479.txt"
};
static const unsigned char a122[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1315508.txt"
};
static const unsigned char a123[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1552556.txt"
};
static const unsigned char a124[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2076519.txt"
};
static const unsigned char a125[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2229661.txt"
};
static const unsigned char a126[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2457547.txt"
};
static const unsigned char a127[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2582118.txt"
};
static const unsigned char a128[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2633464.txt"
};
static const unsigned char a129[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2677204.txt"
};
static const unsigned char a130[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3120052.txt"
};
static const unsigned char a131[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3237961.txt"
};
static const unsigned char a132[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3255766.txt"
};
static const unsigned char a133[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3297901.txt"
};
static const unsigned char a134[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3858393.txt"
};
static const unsigned char a135[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4096231.txt"
};
static const unsigned char a136[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4134547.txt"
};
static const unsigned char a137[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4233970.txt"
};
static const unsigned char a138[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4261213.txt"
};
static const unsigned char a139[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4458792.txt"
};
static const unsigned char a140[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4476274.txt"
};
static const unsigned char a141[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4504056.txt"
};
static const unsigned char a142[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4709597.txt"
};
static const unsigned char a143[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4790373.txt"
};
static const unsigned char a144[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4798451.txt"
};
static const unsigned char a145[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4900276.txt"
};
static const unsigned char a146[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4933495.txt"
};
static const unsigned char a147[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4981741.txt"
};
static const unsigned char a148[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5062289.txt"
};
static const unsigned char a149[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5158499.txt"
};
static const unsigned char a150[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5354904.txt"
};
static const unsigned char a151[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5454331.txt"
};
static const unsigned char a152[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5566891.txt"
};
static const unsigned char a153[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5822338.txt"
};
static const unsigned char a154[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5825100.txt"
};
static const unsigned char a155[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6022829.txt"
};
static const unsigned char a156[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6046011.txt"
};
static const unsigned char a157[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6069265.txt"
};
static const unsigned char a158[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6842825.txt"
};
static const unsigned char a159[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7216382.txt"
};
static const unsigned char a160[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7403272.txt"
};
static const unsigned char a161[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7669726.txt"
};
static const unsigned char a162[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7763253.txt"
};
static const unsigned char a163[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7860642.txt"
};
static const unsigned char a164[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8118124.txt"
};
static const unsigned char a165[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8559431.txt"
};
static const unsigned char a166[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8830881.txt"
};
static const unsigned char a167[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8920551.txt"
};
static const unsigned char a168[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8988383.txt"
};
static const unsigned char a169[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9021315.txt"
};
static const unsigned char a170[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9115728.txt"
};
static const unsigned char a171[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9305752.txt"
};
static const unsigned char a172[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9339404.txt"
};
static const unsigned char a173[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9407082.txt"
};
static const unsigned char a174[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9444497.txt"
};
static const unsigned char a175[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9576282.txt"
};
static const unsigned char a176[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9670818.txt"
};
static const unsigned char a177[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9805902.txt"
};
static const unsigned char a178[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9938921.txt"
};
static const unsigned char a179[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9961222.txt"
};
static const unsigned char a180[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1048600.txt"
};
static const unsigned char a181[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1637062.txt"
};
static const unsigned char a182[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1691758.txt"
};
static const unsigned char a183[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1844053.txt"
};
static const unsigned char a184[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2251361.txt"
};
static const unsigned char a185[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2394009.txt"
};
static const unsigned char a186[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2467053.txt"
};
static const unsigned char a187[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2565660.txt"
};
static const unsigned char a188[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2639571.txt"
};
static const unsigned char a189[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2678220.txt"
};
static const unsigned char a190[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2707487.txt"
};
static const unsigned char a191[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2727630.txt"
};
static const unsigned char a192[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3012893.txt"
};
static const unsigned char a193[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3087677.txt"
};
static const unsigned char a194[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3192548.txt"
};
static const unsigned char a195[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3217380.txt"
};
static const unsigned char a196[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3385943.txt"
};
static const unsigned char a197[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3619585.txt"
};
static const unsigned char a198[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3810651.txt"
};
static const unsigned char a199[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3811255.txt"
};
static const unsigned char a200[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4027404.txt"
};
static const unsigned char a201[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4069980.txt"
};
static const unsigned char a202[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4292182.txt"
};
static const unsigned char a203[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4320255.txt"
};
static const unsigned char a204[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4685707.txt"
};
static const unsigned char a205[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4746565.txt"
};
static const unsigned char a206[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4815282.txt"
};
static const unsigned char a207[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4852425.txt"
};
static const unsigned char a208[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4937448.txt"
};
static const unsigned char a209[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4980343.txt"
};
static const unsigned char a210[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5435300.txt"
};
static const unsigned char a211[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5617044.txt"
};
static const unsigned char a212[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5641278.txt"
};
static const unsigned char a213[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5667452.txt"
};
static const unsigned char a214[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5747474.txt"
};
static const unsigned char a215[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5766224.txt"
};
static const unsigned char a216[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5881522.txt"
};
static const unsigned char a217[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5974255.txt"
};
static const unsigned char a218[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6272657.txt"
};
static const unsigned char a219[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6343763.txt"
};
static const unsigned char a220[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6345031.txt"
};
static const unsigned char a221[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6645427.txt"
};
static const unsigned char a222[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6845257.txt"
};
static const unsigned char a223[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7409067.txt"
};
static const unsigned char a224[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7425243.txt"
};
static const unsigned char a225[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7543975.txt"
};
static const unsigned char a226[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7707447.txt"
};
static const unsigned char a227[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7749991.txt"
};
static const unsigned char a228[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7822328.txt"
};
static const unsigned char a229[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8025703.txt"
};
static const unsigned char a230[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8226097.txt"
};
static const unsigned char a231[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8399225.txt"
};
static const unsigned char a232[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8703546.txt"
};
static const unsigned char a233[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8770953.txt"
};
static const unsigned char a234[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9051922.txt"
};
static const unsigned char a235[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9134263.txt"
};
static const unsigned char a236[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9175209.txt"
};
static const unsigned char a237[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9471744.txt"
};
static const unsigned char a238[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9476689.txt"
};
static const unsigned char a239[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9943791.txt"
};
static const unsigned char a240[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1024919.txt"
};
static const unsigned char a241[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1214273.txt"
};
static const unsigned char a242[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1260024.txt"
};
static const unsigned char a243[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1315536.txt"
};
static const unsigned char a244[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1474980.txt"
};
static const unsigned char a245[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1698479.txt"
};
static const unsigned char a246[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1874706.txt"
};
static const unsigned char a247[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1875480.txt"
};
static const unsigned char a248[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1956388.txt"
};
static const unsigned char a249[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2242895.txt"
};
static const unsigned char a250[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2442309.txt"
};
static const unsigned char a251[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2442616.txt"
};
static const unsigned char a252[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2644365.txt"
};
static const unsigned char a253[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2748776.txt"
};
static const unsigned char a254[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2794786.txt"
};
static const unsigned char a255[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3032670.txt"
};
static const unsigned char a256[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3101982.txt"
};
static const unsigned char a257[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3108471.txt"
};
static const unsigned char a258[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3268977.txt"
};
static const unsigned char a259[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3305653.txt"
};
static const unsigned char a260[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3628821.txt"
};
static const unsigned char a261[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3828588.txt"
};
static const unsigned char a262[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4097311.txt"
};
static const unsigned char a263[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4120783.txt"
};
static const unsigned char a264[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4330564.txt"
};
static const unsigned char a265[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4354325.txt"
};
static const unsigned char a266[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4472968.txt"
};
static const unsigned char a267[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4602981.txt"
};
static const unsigned char a268[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4613768.txt"
};
static const unsigned char a269[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4623690.txt"
};
static const unsigned char a270[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4707827.txt"
};
static const unsigned char a271[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4866109.txt"
};
static const unsigned char a272[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-5030767.txt"
};
static const unsigned char a273[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-5300749.txt"
};
static const unsigned char a274[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6484746.txt"
};
static const unsigned char a275[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6498709.txt"
};
static const unsigned char a276[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6536562.txt"
};
static const unsigned char a277[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6616723.txt"
};
static const unsigned char a278[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6899152.txt"
};
static const unsigned char a279[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7109911.txt"
};
static const unsigned char a280[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7558359.txt"
};
static const unsigned char a281[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7633600.txt"
};
static const unsigned char a282[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7640298.txt"
};
static const unsigned char a283[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7653666.txt"
};
static const unsigned char a284[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7660702.txt"
};
static const unsigned char a285[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7912537.txt"
};
static const unsigned char a286[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7919603.txt"
};
static const unsigned char a287[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8088227.txt"
};
static const unsigned char a288[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8100592.txt"
};
static const unsigned char a289[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8245359.txt"
};
static const unsigned char a290[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8575663.txt"
};
static const unsigned char a291[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8664920.txt"
};
static const unsigned char a292[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8765093.txt"
};
static const unsigned char a293[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8924708.txt"
};
static const unsigned char a294[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9272543.txt"
};
static const unsigned char a295[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9482878.txt"
};
static const unsigned char a296[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9495187.txt"
};
static const unsigned char a297[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9651133.txt"
};
static const unsigned char a298[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9719585.txt"
};
static const unsigned char a299[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9869708.txt"
};

static const struct gnb_article articles[] = {
    {"it-life-hack", "it-life-hack-1031766.txt", a0, sizeof a0},
    {"it-life-hack", "it-life-hack-1034794.txt", a1, sizeof a1},
    {"it-life-hack", "it-life-hack-1130441.txt", a2, sizeof a2},
    {"it-life-hack", "it-life-hack-1191148.txt", a3, sizeof a3},
    {"it-life-hack", "it-life-hack-1429483.txt", a4, sizeof a4},
    {"it-life-hack", "it-life-hack-1528516.txt", a5, sizeof a5},
    {"it-life-hack", "it-life-hack-1692968.txt", a6, sizeof a6},
    {"it-life-hack", "it-life-hack-2123221.txt", a7, sizeof a7},
    {"it-life-hack", "it-life-hack-2188189.txt", a8, sizeof a8},
    {"it-life-hack", "it-life-hack-2452422.txt", a9, sizeof a9},
    {"it-life-hack", "it-life-hack-2513953.txt", a10, sizeof a10},
    {"it-life-hack", "it-life-hack-2540027.txt", a11, sizeof a11},
    {"it-life-hack", "it-life-hack-3031542.txt", a12, sizeof a12},
    {"it-life-hack", "it-life-hack-3211493.txt", a13, sizeof a13},
    {"it-life-hack", "it-life-hack-3397708.txt", a14, sizeof a14},
    {"it-life-hack", "it-life-hack-3528613.txt", a15, sizeof a15},
    {"it-life-hack", "it-life-hack-3529261.txt", a16, sizeof a16},
    {"it-life-hack", "it-life-hack-3786433.txt", a17, sizeof a17},
    {"it-life-hack", "it-life-hack-3795849.txt", a18, sizeof a18},
    {"it-life-hack", "it-life-hack-3809609.txt", a19, sizeof a19},
    {"it-life-hack", "it-life-hack-3868977.txt", a20, sizeof a20},
    {"it-life-hack", "it-life-hack-4469649.txt", a21, sizeof a21},
    {"it-life-hack", "it-life-hack-4503530.txt", a22, sizeof a22},
    {"it-life-hack", "it-life-hack-4523496.txt", a23, sizeof a23},
    {"it-life-hack", "it-life-hack-4754522.txt", a24, sizeof a24},
    {"it-life-hack", "it-life-hack-4816231.txt", a25, sizeof a25},
    {"it-life-hack", "it-life-hack-4876105.txt", a26, sizeof a26},
    {"it-life-hack", "it-life-hack-4896840.txt", a27, sizeof a27},
    {"it-life-hack", "it-life-hack-5003240.txt", a28, sizeof a28},
    {"it-life-hack", "it-life-hack-5179031.txt", a29, sizeof a29},
    {"it-life-hack", "it-life-hack-5536192.txt", a30, sizeof a30},
    {"it-life-hack", "it-life-hack-5597188.txt", a31, sizeof a31},
    {"it-life-hack", "it-life-hack-5668173.txt", a32, sizeof a32},
    {"it-life-hack", "it-life-hack-5765442.txt", a33, sizeof a33},
    {"it-life-hack", "it-life-hack-6023378.txt", a34, sizeof a34},
    {"it-life-hack", "it-life-hack-6072250.txt", a35, sizeof a35},
    {"it-life-hack", "it-life-hack-6145996.txt", a36, sizeof a36},
    {"it-life-hack", "it-life-hack-6168139.txt", a37, sizeof a37},
    {"it-life-hack", "it-life-hack-6299905.txt", a38, sizeof a38},
    {"it-life-hack", "it-life-hack-6439018.txt", a39, sizeof a39},
    {"it-life-hack", "it-life-hack-6509550.txt", a40, sizeof a40},
    {"it-life-hack", "it-life-hack-6573473.txt", a41, sizeof a41},
    {"it-life-hack", "it-life-hack-6693480.txt", a42, sizeof a42},
    {"it-life-hack", "it-life-hack-6748905.txt", a43, sizeof a43},
    {"it-life-hack", "it-life-hack-7060656.txt", a44, sizeof a44},
    {"it-life-hack", "it-life-hack-7207603.txt", a45, sizeof a45},
    {"it-life-hack", "it-life-hack-7485461.txt", a46, sizeof a46},
    {"it-life-hack", "it-life-hack-7703239.txt", a47, sizeof a47},
    {"it-life-hack", "it-life-hack-7714413.txt", a48, sizeof a48},
    {"it-life-hack", "it-life-hack-7941435.txt", a49, sizeof a49},
    {"it-life-hack", "it-life-hack-8057567.txt", a50, sizeof a50},
    {"it-life-hack", "it-life-hack-8061244.txt", a51, sizeof a51},
    {"it-life-hack", "it-life-hack-8457688.txt", a52, sizeof a52},
    {"it-life-hack", "it-life-hack-8790913.txt", a53, sizeof a53},
    {"it-life-hack", "it-life-hack-8993418.txt", a54, sizeof a54},
    {"it-life-hack", "it-life-hack-9105060.txt", a55, sizeof a55},
    {"it-life-hack", "it-life-hack-9158946.txt", a56, sizeof a56},
    {"it-life-hack", "it-life-hack-9649758.txt", a57, sizeof a57},
    {"it-life-hack", "it-life-hack-9653704.txt", a58, sizeof a58},
    {"it-life-hack", "it-life-hack-9812455.txt", a59, sizeof a59},
    {"kaden-channel", "kaden-channel-1436387.txt", a60, sizeof a60},
    {"kaden-channel", "kaden-channel-1488982.txt", a61, sizeof a61},
    {"kaden-channel", "kaden-channel-1539999.txt", a62, sizeof a62},
    {"kaden-channel", "kaden-channel-1559013.txt", a63, sizeof a63},
    {"kaden-channel", "kaden-channel-1598644.txt", a64, sizeof a64},
    {"kaden-channel", "kaden-channel-1725387.txt", a65, sizeof a65},
    {"kaden-channel", "kaden-channel-1948657.txt", a66, sizeof a66},
    {"kaden-channel", "kaden-channel-2080276.txt", a67, sizeof a67},
    {"kaden-channel", "kaden-channel-2438091.txt", a68, sizeof a68},
    {"kaden-channel", "kaden-channel-2477183.txt", a69, sizeof a69},
    {"kaden-channel", "kaden-channel-2737871.txt", a70, sizeof a70},
    {"kaden-channel", "kaden-channel-2919209.txt", a71, sizeof a71},
    {"kaden-channel", "kaden-channel-3194850.txt", a72, sizeof a72},
    {"kaden-channel", "kaden-channel-3220566.txt", a73, sizeof a73},
    {"kaden-channel", "kaden-channel-3243130.txt", a74, sizeof a74},
    {"kaden-channel", "kaden-channel-3342313.txt", a75, sizeof a75},
    {"kaden-channel", "kaden-channel-3344245.txt", a76, sizeof a76},
    {"kaden-channel", "kaden-channel-3686045.txt", a77, sizeof a77},
    {"kaden-channel", "kaden-channel-3695699.txt", a78, sizeof a78},
    {"kaden-channel", "kaden-channel-3773105.txt", a79, sizeof a79},
    {"kaden-channel", "kaden-channel-3886997.txt", a80, sizeof a80},
    {"kaden-channel", "kaden-channel-4171381.txt", a81, sizeof a81},
    {"kaden-channel", "kaden-channel-4201632.txt", a82, sizeof a82},
    {"kaden-channel", "kaden-channel-4213104.txt", a83, sizeof a83},
    {"kaden-channel", "kaden-channel-4411734.txt", a84, sizeof a84},
    {"kaden-channel", "kaden-channel-4503491.txt", a85, sizeof a85},
    {"kaden-channel", "kaden-channel-4613759.txt", a86, sizeof a86},
    {"kaden-channel", "kaden-channel-4614465.txt", a87, sizeof a87},
    {"kaden-channel", "kaden-channel-4749679.txt", a88, sizeof a88},
    {"kaden-channel", "kaden-channel-4875767.txt", a89, sizeof a89},
    {"kaden-channel", "kaden-channel-4880557.txt", a90, sizeof a90},
    {"kaden-channel", "kaden-channel-4887016.txt", a91, sizeof a91},
    {"kaden-channel", "kaden-channel-5171691.txt", a92, sizeof a92},
    {"kaden-channel", "kaden-channel-5224568.txt", a93, sizeof a93},
    {"kaden-channel", "kaden-channel-6257367.txt", a94, sizeof a94},
    {"kaden-channel", "kaden-channel-6302779.txt", a95, sizeof a95},
    {"kaden-channel", "kaden-channel-6396229.txt", a96, sizeof a96},
    {"kaden-channel", "kaden-channel-6737298.txt", a97, sizeof a97},
    {"kaden-channel", "kaden-channel-6819085.txt", a98, sizeof a98},
    {"kaden-channel", "kaden-channel-6933502.txt", a99, sizeof a99},
    {"kaden-channel", "kaden-channel-7164036.txt", a100, sizeof a100},
    {"kaden-channel", "kaden-channel-7213904.txt", a101, sizeof a101},
    {"kaden-channel", "kaden-channel-7214342.txt", a102, sizeof a102},
    {"kaden-channel", "kaden-channel-7594563.txt", a103, sizeof a103},
    {"kaden-channel", "kaden-channel-7681785.txt", a104, sizeof a104},
    {"kaden-channel", "kaden-channel-7695761.txt", a105, sizeof a105},
    {"kaden-channel", "kaden-channel-7777397.txt", a106, sizeof a106},
    {"kaden-channel", "kaden-channel-8044850.txt", a107, sizeof a107},
    {"kaden-channel", "kaden-channel-8101775.txt", a108, sizeof a108},
    {"kaden-channel", "kaden-channel-8111697.txt", a109, sizeof a109},
    {"kaden-channel", "kaden-channel-8197705.txt", a110, sizeof a110},
    {"kaden-channel", "kaden-channel-8547138.txt", a111, sizeof a111},
    {"kaden-channel", "kaden-channel-8623027.txt", a112, sizeof a112},
    {"kaden-channel", "kaden-channel-9026425.txt", a113, sizeof a113},
    {"kaden-channel", "kaden-channel-9091632.txt", a114, sizeof a114},
    {"kaden-channel", "kaden-channel-9351463.txt", a115, sizeof a115},
    {"kaden-channel", "kaden-channel-9476337.txt", a116, sizeof a116},
    {"kaden-channel", "kaden-channel-9617562.txt", a117, sizeof a117},
    {"kaden-channel", "kaden-channel-9737425.txt", a118, sizeof a118},
    {"kaden-channel", "kaden-channel-9827131.txt", a119, sizeof a119},
    {"movie-enter", "movie-enter-1013979.txt", a120, sizeof a120},
    {"movie-enter", "movie-enter-1103479.txt", a121, sizeof a121},
    {"movie-enter", "movie-enter-1315508.txt", a122, sizeof a122},
    {"movie-enter", "movie-enter-1552556.txt", a123, sizeof a123},
    {"movie-enter", "movie-enter-2076519.txt", a124, sizeof a124},
    {"movie-enter", "movie-enter-2229661.txt", a125, sizeof a125},
    {"movie-enter", "movie-enter-2457547.txt", a126, sizeof a126},
    {"movie-enter", "movie-enter-2582118.txt", a127, sizeof a127},
    {"movie-enter", "movie-enter-2633464.txt", a128, sizeof a128},
    {"movie-enter", "movie-enter-2677204.txt", a129, sizeof a129},
    {"movie-enter", "movie-enter-3120052.txt", a130, sizeof a130},
    {"movie-enter", "movie-enter-3237961.txt", a131, sizeof a131},
    {"movie-enter", "movie-enter-3255766.txt", a132, sizeof a132},
    {"movie-enter", "movie-enter-3297901.txt", a133, sizeof a133},
    {"movie-enter", "movie-enter-3858393.txt", a134, sizeof a134},
    {"movie-enter", "movie-enter-4096231.txt", a135, sizeof a135},
    {"movie-enter", "movie-enter-4134547.txt", a136, sizeof a136},
    {"movie-enter", "movie-enter-4233970.txt", a137, sizeof a137},
    {"movie-enter", "movie-enter-4261213.txt", a138, sizeof a138},
    {"movie-enter", "movie-enter-4458792.txt", a139, sizeof a139},
    {"movie-enter", "movie-enter-4476274.txt", a140, sizeof a140},
    {"movie-enter", "movie-enter-4504056.txt", a141, sizeof a141},
    {"movie-enter", "movie-enter-4709597.txt", a142, sizeof a142},
    {"movie-enter", "movie-enter-4790373.txt", a143, sizeof a143},
    {"movie-enter", "movie-enter-4798451.txt", a144, sizeof a144},
    {"movie-enter", "movie-enter-4900276.txt", a145, sizeof a145},
    {"movie-enter", "movie-enter-4933495.txt", a146, sizeof a146},
    {"movie-enter", "movie-enter-4981741.txt", a147, sizeof a147},
    {"movie-enter", "movie-enter-5062289.txt", a148, sizeof a148},
    {"movie-enter", "movie-enter-5158499.txt", a149, sizeof a149},
    {"movie-enter", "movie-enter-5354904.txt", a150, sizeof a150},
    {"movie-enter", "movie-enter-5454331.txt", a151, sizeof a151},
    {"movie-enter", "movie-enter-5566891.txt", a152, sizeof a152},
    {"movie-enter", "movie-enter-5822338.txt", a153, sizeof a153},
    {"movie-enter", "movie-enter-5825100.txt", a154, sizeof a154},
    {"movie-enter", "movie-enter-6022829.txt", a155, sizeof a155},
    {"movie-enter", "movie-enter-6046011.txt", a156, sizeof a156},
    {"movie-enter", "movie-enter-6069265.txt", a157, sizeof a157},
    {"movie-enter", "movie-enter-6842825.txt", a158, sizeof a158},
    {"movie-enter", "movie-enter-7216382.txt", a159, sizeof a159},
    {"movie-enter", "movie-enter-7403272.txt", a160, sizeof a160},
    {"movie-enter", "movie-enter-7669726.txt", a161, sizeof a161},
    {"movie-enter", "movie-enter-7763253.txt", a162, sizeof a162},
    {"movie-enter", "movie-enter-7860642.txt", a163, sizeof a163},
    {"movie-enter", "movie-enter-8118124.txt", a164, sizeof a164},
    {"movie-enter", "movie-enter-8559431.txt", a165, sizeof a165},
    {"movie-enter", "movie-enter-8830881.txt", a166, sizeof a166},
    {"movie-enter", "movie-enter-8920551.txt", a167, sizeof a167},
    {"movie-enter", "movie-enter-8988383.txt", a168, sizeof a168},
    {"movie-enter", "movie-enter-9021315.txt", a169, sizeof a169},
    {"movie-enter", "movie-enter-9115728.txt", a170, sizeof a170},
    {"movie-enter", "movie-enter-9305752.txt", a171, sizeof a171},
    {"movie-enter", "movie-enter-9339404.txt", a172, sizeof a172},
    {"movie-enter", "movie-enter-9407082.txt", a173, sizeof a173},
    {"movie-enter", "movie-enter-9444497.txt", a174, sizeof a174},
    {"movie-enter", "movie-enter-9576282.txt", a175, sizeof a175},
    {"movie-enter", "movie-enter-9670818.txt", a176, sizeof a176},
    {"movie-enter", "movie-enter-9805902.txt", a177, sizeof a177},
    {"movie-enter", "movie-enter-9938921.txt", a178, sizeof a178},
    {"movie-enter", "movie-enter-9961222.txt", a179, sizeof a179},
    {"sports-watch", "sports-watch-1048600.txt", a180, sizeof a180},
    {"sports-watch", "sports-watch-1637062.txt", a181, sizeof a181},
    {"sports-watch", "sports-watch-1691758.txt", a182, sizeof a182},
    {"sports-watch", "sports-watch-1844053.txt", a183, sizeof a183},
    {"sports-watch", "sports-watch-2251361.txt", a184, sizeof a184},
    {"sports-watch", "sports-watch-2394009.txt", a185, sizeof a185},
    {"sports-watch", "sports-watch-2467053.txt", a186, sizeof a186},
    {"sports-watch", "sports-watch-2565660.txt", a187, sizeof a187},
    {"sports-watch", "sports-watch-2639571.txt", a188, sizeof a188},
    {"sports-watch", "sports-watch-2678220.txt", a189, sizeof a189},
    {"sports-watch", "sports-watch-2707487.txt", a190, sizeof a190},
    {"sports-watch", "sports-watch-2727630.txt", a191, sizeof a191},
    {"sports-watch", "sports-watch-3012893.txt", a192, sizeof a192},
    {"sports-watch", "sports-watch-3087677.txt", a193, sizeof a193},
    {"sports-watch", "sports-watch-3192548.txt", a194, sizeof a194},
    {"sports-watch", "sports-watch-3217380.txt", a195, sizeof a195},
    {"sports-watch", "sports-watch-3385943.txt", a196, sizeof a196},
    {"sports-watch", "sports-watch-3619585.txt", a197, sizeof a197},
    {"sports-watch", "sports-watch-3810651.txt", a198, sizeof a198},
    {"sports-watch", "sports-watch-3811255.txt", a199, sizeof a199},
    {"sports-watch", "sports-watch-4027404.txt", a200, sizeof a200},
    {"sports-watch", "sports-watch-4069980.txt", a201, sizeof a201},
    {"sports-watch", "sports-watch-4292182.txt", a202, sizeof a202},
    {"sports-watch", "sports-watch-4320255.txt", a203, sizeof a203},
    {"sports-watch", "sports-watch-4685707.txt", a204, sizeof a204},
    {"sports-watch", "sports-watch-4746565.txt", a205, sizeof a205},
    {"sports-watch", "sports-watch-4815282.txt", a206, sizeof a206},
    {"sports-watch", "sports-watch-4852425.txt", a207, sizeof a207},
    {"sports-watch", "sports-watch-4937448.txt", a208, sizeof a208},
    {"sports-watch", "sports-watch-4980343.txt", a209, sizeof a209},
    {"sports-watch", "sports-watch-5435300.txt", a210, sizeof a210},
    {"sports-watch", "sports-watch-5617044.txt", a211, sizeof a211},
    {"sports-watch", "sports-watch-5641278.txt", a212, sizeof a212},
    {"sports-watch", "sports-watch-5667452.txt", a213, sizeof a213},
    {"sports-watch", "sports-watch-5747474.txt", a214, sizeof a214},
    {"sports-watch", "sports-watch-5766224.txt", a215, sizeof a215},
    {"sports-watch", "sports-watch-5881522.txt", a216, sizeof a216},
    {"sports-watch", "sports-watch-5974255.txt", a217, sizeof a217},
    {"sports-watch", "sports-watch-6272657.txt", a218, sizeof a218},
    {"sports-watch", "sports-watch-6343763.txt", a219, sizeof a219},
    {"sports-watch", "sports-watch-6345031.txt", a220, sizeof a220},
    {"sports-watch", "sports-watch-6645427.txt", a221, sizeof a221},
    {"sports-watch", "sports-watch-6845257.txt", a222, sizeof a222},
    {"sports-watch", "sports-watch-7409067.txt", a223, sizeof a223},
    {"sports-watch", "sports-watch-7425243.txt", a224, sizeof a224},
    {"sports-watch", "sports-watch-7543975.txt", a225, sizeof a225},
    {"sports-watch", "sports-watch-7707447.txt", a226, sizeof a226},
    {"sports-watch", "sports-watch-7749991.txt", a227, sizeof a227},
    {"sports-watch", "sports-watch-7822328.txt", a228, sizeof a228},
    {"sports-watch", "sports-watch-8025703.txt", a229, sizeof a229},
    {"sports-watch", "sports-watch-8226097.txt", a230, sizeof a230},
    {"sports-watch", "sports-watch-8399225.txt", a231, sizeof a231},
    {"sports-watch", "sports-watch-8703546.txt", a232, sizeof a232},
    {"sports-watch", "sports-watch-8770953.txt", a233, sizeof a233},
    {"sports-watch", "sports-watch-9051922.txt", a234, sizeof a234},
    {"sports-watch", "sports-watch-9134263.txt", a235, sizeof a235},
    {"sports-watch", "sports-watch-9175209.txt", a236, sizeof a236},
    {"sports-watch", "sports-watch-9471744.txt", a237, sizeof a237},
    {"sports-watch", "sports-watch-9476689.txt", a238, sizeof a238},
    {"sports-watch", "sports-watch-9943791.txt", a239, sizeof a239},
    {"topic-news", "topic-news-1024919.txt", a240, sizeof a240},
    {"topic-news", "topic-news-1214273.txt", a241, sizeof a241},
    {"topic-news", "topic-news-1260024.txt", a242, sizeof a242},
    {"topic-news", "topic-news-1315536.txt", a243, sizeof a243},
    {"topic-news", "topic-news-1474980.txt", a244, sizeof a244},
    {"topic-news", "topic-news-1698479.txt", a245, sizeof a245},
    {"topic-news", "topic-news-1874706.txt", a246, sizeof a246},
    {"topic-news", "topic-news-1875480.txt", a247, sizeof a247},
    {"topic-news", "topic-news-1956388.txt", a248, sizeof a248},
    {"topic-news", "topic-news-2242895.txt", a249, sizeof a249},
    {"topic-news", "topic-news-2442309.txt", a250, sizeof a250},
    {"topic-news", "topic-news-2442616.txt", a251, sizeof a251},
    {"topic-news", "topic-news-2644365.txt", a252, sizeof a252},
    {"topic-news", "topic-news-2748776.txt", a253, sizeof a253},
    {"topic-news", "topic-news-2794786.txt", a254, sizeof a254},
    {"topic-news", "topic-news-3032670.txt", a255, sizeof a255},
    {"topic-news", "topic-news-3101982.txt", a256, sizeof a256},
    {"topic-news", "topic-news-3108471.txt", a257, sizeof a257},
    {"topic-news", "topic-news-3268977.txt", a258, sizeof a258},
    {"topic-news", "topic-news-3305653.txt", a259, sizeof a259},
    {"topic-news", "topic-news-3628821.txt", a260, sizeof a260},
    {"topic-news", "topic-news-3828588.txt", a261, sizeof a261},
    {"topic-news", "topic-news-4097311.txt", a262, sizeof a262},
    {"topic-news", "topic-news-4120783.txt", a263, sizeof a263},
    {"topic-news", "topic-news-4330564.txt", a264, sizeof a264},
    {"topic-news", "topic-news-4354325.txt", a265, sizeof a265},
    {"topic-news", "topic-news-4472968.txt", a266, sizeof a266},
    {"topic-news", "topic-news-4602981.txt", a267, sizeof a267},
    {"topic-news", "topic-news-4613768.txt", a268, sizeof a268},
    {"topic-news", "topic-news-4623690.txt", a269, sizeof a269},
    {"topic-news", "topic-news-4707827.txt", a270, sizeof a270},
    {"topic-news", "topic-news-4866109.txt", a271, sizeof a271},
    {"topic-news", "topic-news-5030767.txt", a272, sizeof a272},
    {"topic-news", "topic-news-5300749.txt", a273, sizeof a273},
    {"topic-news", "topic-news-6484746.txt", a274, sizeof a274},
    {"topic-news", "topic-news-6498709.txt", a275, sizeof a275},
    {"topic-news", "topic-news-6536562.txt", a276, sizeof a276},
    {"topic-news", "topic-news-6616723.txt", a277, sizeof a277},
    {"topic-news", "topic-news-6899152.txt", a278, sizeof a278},
    {"topic-news", "topic-news-7109911.txt", a279, sizeof a279},
    {"topic-news", "topic-news-7558359.txt", a280, sizeof a280},
    {"topic-news", "topic-news-7633600.txt", a281, sizeof a281},
    {"topic-news", "topic-news-7640298.txt", a282, sizeof a282},
    {"topic-news", "topic-news-7653666.txt", a283, sizeof a283},
    {"topic-news", "topic-news-7660702.txt", a284, sizeof a284},
    {"topic-news", "topic-news-7912537.txt", a285, sizeof a285},
    {"topic-news", "topic-news-7919603.txt", a286, sizeof a286},
    {"topic-news", "topic-news-8088227.txt", a287, sizeof a287},
    {"topic-news", "topic-news-8100592.txt", a288, sizeof a288},
    {"topic-news", "topic-news-8245359.txt", a289, sizeof a289},
    {"topic-news", "topic-news-8575663.txt", a290, sizeof a290},
    {"topic-news", "topic-news-8664920.txt", a291, sizeof a291},
    {"topic-news", "topic-news-8765093.txt", a292, sizeof a292},
    {"topic-news", "topic-news-8924708.txt", a293, sizeof a293},
    {"topic-news", "topic-news-9272543.txt", a294, sizeof a294},
    {"topic-news", "topic-news-9482878.txt", a295, sizeof a295},
    {"topic-news", "topic-news-9495187.txt", a296, sizeof a296},
    {"topic-news", "topic-news-9651133.txt", a297, sizeof a297},
    {"topic-news", "topic-news-9719585.txt", a298, sizeof a298},
    {"topic-news", "topic-news-9869708.txt", a299, sizeof a299},
};
const size_t gnb_mini_news_count = sizeof articles / sizeof articles[0];
const struct gnb_article *gnb_mini_news_article(size_t index) {
  return index < gnb_mini_news_count ? &articles[index] : 0;
}
