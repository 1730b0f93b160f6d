// Written by Sources/CDataSets/generate; a test compares it with the folder.
#include "data_sets.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char f0[] = {
#embed "../../notebooks/data/butler-rows/rows.jsonl"
};
static const unsigned char f1[] = {
#embed "../../notebooks/data/leaky-messages/messages.csv"
};
static const unsigned char f2[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1031766.txt"
};
static const unsigned char f3[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1034794.txt"
};
static const unsigned char f4[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1130441.txt"
};
static const unsigned char f5[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1191148.txt"
};
static const unsigned char f6[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1429483.txt"
};
static const unsigned char f7[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1528516.txt"
};
static const unsigned char f8[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-1692968.txt"
};
static const unsigned char f9[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2123221.txt"
};
static const unsigned char f10[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2188189.txt"
};
static const unsigned char f11[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2452422.txt"
};
static const unsigned char f12[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2513953.txt"
};
static const unsigned char f13[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-2540027.txt"
};
static const unsigned char f14[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3031542.txt"
};
static const unsigned char f15[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3211493.txt"
};
static const unsigned char f16[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3397708.txt"
};
static const unsigned char f17[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3528613.txt"
};
static const unsigned char f18[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3529261.txt"
};
static const unsigned char f19[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3786433.txt"
};
static const unsigned char f20[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3795849.txt"
};
static const unsigned char f21[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3809609.txt"
};
static const unsigned char f22[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-3868977.txt"
};
static const unsigned char f23[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4469649.txt"
};
static const unsigned char f24[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4503530.txt"
};
static const unsigned char f25[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4523496.txt"
};
static const unsigned char f26[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4754522.txt"
};
static const unsigned char f27[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4816231.txt"
};
static const unsigned char f28[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4876105.txt"
};
static const unsigned char f29[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-4896840.txt"
};
static const unsigned char f30[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5003240.txt"
};
static const unsigned char f31[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5179031.txt"
};
static const unsigned char f32[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5536192.txt"
};
static const unsigned char f33[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5597188.txt"
};
static const unsigned char f34[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5668173.txt"
};
static const unsigned char f35[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-5765442.txt"
};
static const unsigned char f36[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6023378.txt"
};
static const unsigned char f37[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6072250.txt"
};
static const unsigned char f38[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6145996.txt"
};
static const unsigned char f39[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6168139.txt"
};
static const unsigned char f40[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6299905.txt"
};
static const unsigned char f41[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6439018.txt"
};
static const unsigned char f42[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6509550.txt"
};
static const unsigned char f43[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6573473.txt"
};
static const unsigned char f44[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6693480.txt"
};
static const unsigned char f45[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-6748905.txt"
};
static const unsigned char f46[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7060656.txt"
};
static const unsigned char f47[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7207603.txt"
};
static const unsigned char f48[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7485461.txt"
};
static const unsigned char f49[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7703239.txt"
};
static const unsigned char f50[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7714413.txt"
};
static const unsigned char f51[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-7941435.txt"
};
static const unsigned char f52[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8057567.txt"
};
static const unsigned char f53[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8061244.txt"
};
static const unsigned char f54[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8457688.txt"
};
static const unsigned char f55[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8790913.txt"
};
static const unsigned char f56[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-8993418.txt"
};
static const unsigned char f57[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9105060.txt"
};
static const unsigned char f58[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9158946.txt"
};
static const unsigned char f59[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9649758.txt"
};
static const unsigned char f60[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9653704.txt"
};
static const unsigned char f61[] = {
#embed "../../notebooks/data/mini-news/text/it-life-hack/it-life-hack-9812455.txt"
};
static const unsigned char f62[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1436387.txt"
};
static const unsigned char f63[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1488982.txt"
};
static const unsigned char f64[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1539999.txt"
};
static const unsigned char f65[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1559013.txt"
};
static const unsigned char f66[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1598644.txt"
};
static const unsigned char f67[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1725387.txt"
};
static const unsigned char f68[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-1948657.txt"
};
static const unsigned char f69[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2080276.txt"
};
static const unsigned char f70[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2438091.txt"
};
static const unsigned char f71[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2477183.txt"
};
static const unsigned char f72[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2737871.txt"
};
static const unsigned char f73[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-2919209.txt"
};
static const unsigned char f74[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3194850.txt"
};
static const unsigned char f75[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3220566.txt"
};
static const unsigned char f76[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3243130.txt"
};
static const unsigned char f77[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3342313.txt"
};
static const unsigned char f78[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3344245.txt"
};
static const unsigned char f79[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3686045.txt"
};
static const unsigned char f80[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3695699.txt"
};
static const unsigned char f81[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3773105.txt"
};
static const unsigned char f82[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-3886997.txt"
};
static const unsigned char f83[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4171381.txt"
};
static const unsigned char f84[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4201632.txt"
};
static const unsigned char f85[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4213104.txt"
};
static const unsigned char f86[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4411734.txt"
};
static const unsigned char f87[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4503491.txt"
};
static const unsigned char f88[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4613759.txt"
};
static const unsigned char f89[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4614465.txt"
};
static const unsigned char f90[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4749679.txt"
};
static const unsigned char f91[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4875767.txt"
};
static const unsigned char f92[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4880557.txt"
};
static const unsigned char f93[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-4887016.txt"
};
static const unsigned char f94[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-5171691.txt"
};
static const unsigned char f95[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-5224568.txt"
};
static const unsigned char f96[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6257367.txt"
};
static const unsigned char f97[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6302779.txt"
};
static const unsigned char f98[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6396229.txt"
};
static const unsigned char f99[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6737298.txt"
};
static const unsigned char f100[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6819085.txt"
};
static const unsigned char f101[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-6933502.txt"
};
static const unsigned char f102[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7164036.txt"
};
static const unsigned char f103[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7213904.txt"
};
static const unsigned char f104[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7214342.txt"
};
static const unsigned char f105[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7594563.txt"
};
static const unsigned char f106[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7681785.txt"
};
static const unsigned char f107[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7695761.txt"
};
static const unsigned char f108[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-7777397.txt"
};
static const unsigned char f109[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8044850.txt"
};
static const unsigned char f110[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8101775.txt"
};
static const unsigned char f111[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8111697.txt"
};
static const unsigned char f112[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8197705.txt"
};
static const unsigned char f113[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8547138.txt"
};
static const unsigned char f114[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-8623027.txt"
};
static const unsigned char f115[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9026425.txt"
};
static const unsigned char f116[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9091632.txt"
};
static const unsigned char f117[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9351463.txt"
};
static const unsigned char f118[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9476337.txt"
};
static const unsigned char f119[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9617562.txt"
};
static const unsigned char f120[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9737425.txt"
};
static const unsigned char f121[] = {
#embed "../../notebooks/data/mini-news/text/kaden-channel/kaden-channel-9827131.txt"
};
static const unsigned char f122[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1013979.txt"
};
static const unsigned char f123[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1103479.txt"
};
static const unsigned char f124[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1315508.txt"
};
static const unsigned char f125[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-1552556.txt"
};
static const unsigned char f126[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2076519.txt"
};
static const unsigned char f127[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2229661.txt"
};
static const unsigned char f128[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2457547.txt"
};
static const unsigned char f129[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2582118.txt"
};
static const unsigned char f130[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2633464.txt"
};
static const unsigned char f131[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-2677204.txt"
};
static const unsigned char f132[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3120052.txt"
};
static const unsigned char f133[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3237961.txt"
};
static const unsigned char f134[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3255766.txt"
};
static const unsigned char f135[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3297901.txt"
};
static const unsigned char f136[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-3858393.txt"
};
static const unsigned char f137[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4096231.txt"
};
static const unsigned char f138[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4134547.txt"
};
static const unsigned char f139[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4233970.txt"
};
static const unsigned char f140[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4261213.txt"
};
static const unsigned char f141[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4458792.txt"
};
static const unsigned char f142[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4476274.txt"
};
static const unsigned char f143[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4504056.txt"
};
static const unsigned char f144[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4709597.txt"
};
static const unsigned char f145[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4790373.txt"
};
static const unsigned char f146[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4798451.txt"
};
static const unsigned char f147[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4900276.txt"
};
static const unsigned char f148[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4933495.txt"
};
static const unsigned char f149[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-4981741.txt"
};
static const unsigned char f150[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5062289.txt"
};
static const unsigned char f151[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5158499.txt"
};
static const unsigned char f152[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5354904.txt"
};
static const unsigned char f153[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5454331.txt"
};
static const unsigned char f154[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5566891.txt"
};
static const unsigned char f155[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5822338.txt"
};
static const unsigned char f156[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-5825100.txt"
};
static const unsigned char f157[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6022829.txt"
};
static const unsigned char f158[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6046011.txt"
};
static const unsigned char f159[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6069265.txt"
};
static const unsigned char f160[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-6842825.txt"
};
static const unsigned char f161[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7216382.txt"
};
static const unsigned char f162[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7403272.txt"
};
static const unsigned char f163[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7669726.txt"
};
static const unsigned char f164[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7763253.txt"
};
static const unsigned char f165[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-7860642.txt"
};
static const unsigned char f166[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8118124.txt"
};
static const unsigned char f167[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8559431.txt"
};
static const unsigned char f168[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8830881.txt"
};
static const unsigned char f169[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8920551.txt"
};
static const unsigned char f170[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-8988383.txt"
};
static const unsigned char f171[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9021315.txt"
};
static const unsigned char f172[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9115728.txt"
};
static const unsigned char f173[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9305752.txt"
};
static const unsigned char f174[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9339404.txt"
};
static const unsigned char f175[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9407082.txt"
};
static const unsigned char f176[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9444497.txt"
};
static const unsigned char f177[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9576282.txt"
};
static const unsigned char f178[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9670818.txt"
};
static const unsigned char f179[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9805902.txt"
};
static const unsigned char f180[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9938921.txt"
};
static const unsigned char f181[] = {
#embed "../../notebooks/data/mini-news/text/movie-enter/movie-enter-9961222.txt"
};
static const unsigned char f182[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1048600.txt"
};
static const unsigned char f183[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1637062.txt"
};
static const unsigned char f184[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1691758.txt"
};
static const unsigned char f185[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-1844053.txt"
};
static const unsigned char f186[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2251361.txt"
};
static const unsigned char f187[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2394009.txt"
};
static const unsigned char f188[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2467053.txt"
};
static const unsigned char f189[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2565660.txt"
};
static const unsigned char f190[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2639571.txt"
};
static const unsigned char f191[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2678220.txt"
};
static const unsigned char f192[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2707487.txt"
};
static const unsigned char f193[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-2727630.txt"
};
static const unsigned char f194[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3012893.txt"
};
static const unsigned char f195[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3087677.txt"
};
static const unsigned char f196[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3192548.txt"
};
static const unsigned char f197[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3217380.txt"
};
static const unsigned char f198[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3385943.txt"
};
static const unsigned char f199[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3619585.txt"
};
static const unsigned char f200[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3810651.txt"
};
static const unsigned char f201[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-3811255.txt"
};
static const unsigned char f202[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4027404.txt"
};
static const unsigned char f203[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4069980.txt"
};
static const unsigned char f204[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4292182.txt"
};
static const unsigned char f205[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4320255.txt"
};
static const unsigned char f206[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4685707.txt"
};
static const unsigned char f207[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4746565.txt"
};
static const unsigned char f208[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4815282.txt"
};
static const unsigned char f209[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4852425.txt"
};
static const unsigned char f210[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4937448.txt"
};
static const unsigned char f211[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-4980343.txt"
};
static const unsigned char f212[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5435300.txt"
};
static const unsigned char f213[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5617044.txt"
};
static const unsigned char f214[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5641278.txt"
};
static const unsigned char f215[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5667452.txt"
};
static const unsigned char f216[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5747474.txt"
};
static const unsigned char f217[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5766224.txt"
};
static const unsigned char f218[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5881522.txt"
};
static const unsigned char f219[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-5974255.txt"
};
static const unsigned char f220[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6272657.txt"
};
static const unsigned char f221[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6343763.txt"
};
static const unsigned char f222[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6345031.txt"
};
static const unsigned char f223[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6645427.txt"
};
static const unsigned char f224[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-6845257.txt"
};
static const unsigned char f225[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7409067.txt"
};
static const unsigned char f226[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7425243.txt"
};
static const unsigned char f227[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7543975.txt"
};
static const unsigned char f228[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7707447.txt"
};
static const unsigned char f229[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7749991.txt"
};
static const unsigned char f230[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-7822328.txt"
};
static const unsigned char f231[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8025703.txt"
};
static const unsigned char f232[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8226097.txt"
};
static const unsigned char f233[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8399225.txt"
};
static const unsigned char f234[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8703546.txt"
};
static const unsigned char f235[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-8770953.txt"
};
static const unsigned char f236[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9051922.txt"
};
static const unsigned char f237[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9134263.txt"
};
static const unsigned char f238[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9175209.txt"
};
static const unsigned char f239[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9471744.txt"
};
static const unsigned char f240[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9476689.txt"
};
static const unsigned char f241[] = {
#embed "../../notebooks/data/mini-news/text/sports-watch/sports-watch-9943791.txt"
};
static const unsigned char f242[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1024919.txt"
};
static const unsigned char f243[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1214273.txt"
};
static const unsigned char f244[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1260024.txt"
};
static const unsigned char f245[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1315536.txt"
};
static const unsigned char f246[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1474980.txt"
};
static const unsigned char f247[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1698479.txt"
};
static const unsigned char f248[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1874706.txt"
};
static const unsigned char f249[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1875480.txt"
};
static const unsigned char f250[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-1956388.txt"
};
static const unsigned char f251[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2242895.txt"
};
static const unsigned char f252[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2442309.txt"
};
static const unsigned char f253[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2442616.txt"
};
static const unsigned char f254[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2644365.txt"
};
static const unsigned char f255[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2748776.txt"
};
static const unsigned char f256[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-2794786.txt"
};
static const unsigned char f257[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3032670.txt"
};
static const unsigned char f258[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3101982.txt"
};
static const unsigned char f259[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3108471.txt"
};
static const unsigned char f260[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3268977.txt"
};
static const unsigned char f261[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3305653.txt"
};
static const unsigned char f262[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3628821.txt"
};
static const unsigned char f263[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-3828588.txt"
};
static const unsigned char f264[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4097311.txt"
};
static const unsigned char f265[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4120783.txt"
};
static const unsigned char f266[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4330564.txt"
};
static const unsigned char f267[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4354325.txt"
};
static const unsigned char f268[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4472968.txt"
};
static const unsigned char f269[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4602981.txt"
};
static const unsigned char f270[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4613768.txt"
};
static const unsigned char f271[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4623690.txt"
};
static const unsigned char f272[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4707827.txt"
};
static const unsigned char f273[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-4866109.txt"
};
static const unsigned char f274[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-5030767.txt"
};
static const unsigned char f275[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-5300749.txt"
};
static const unsigned char f276[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6484746.txt"
};
static const unsigned char f277[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6498709.txt"
};
static const unsigned char f278[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6536562.txt"
};
static const unsigned char f279[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6616723.txt"
};
static const unsigned char f280[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-6899152.txt"
};
static const unsigned char f281[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7109911.txt"
};
static const unsigned char f282[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7558359.txt"
};
static const unsigned char f283[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7633600.txt"
};
static const unsigned char f284[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7640298.txt"
};
static const unsigned char f285[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7653666.txt"
};
static const unsigned char f286[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7660702.txt"
};
static const unsigned char f287[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7912537.txt"
};
static const unsigned char f288[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-7919603.txt"
};
static const unsigned char f289[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8088227.txt"
};
static const unsigned char f290[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8100592.txt"
};
static const unsigned char f291[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8245359.txt"
};
static const unsigned char f292[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8575663.txt"
};
static const unsigned char f293[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8664920.txt"
};
static const unsigned char f294[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8765093.txt"
};
static const unsigned char f295[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-8924708.txt"
};
static const unsigned char f296[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9272543.txt"
};
static const unsigned char f297[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9482878.txt"
};
static const unsigned char f298[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9495187.txt"
};
static const unsigned char f299[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9651133.txt"
};
static const unsigned char f300[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9719585.txt"
};
static const unsigned char f301[] = {
#embed "../../notebooks/data/mini-news/text/topic-news/topic-news-9869708.txt"
};
static const unsigned char f302[] = {
#embed "../../notebooks/data/support-messages/messages.csv"
};

static const struct gnb_data_file files[] = {
    {"butler-rows", "rows.jsonl", f0, sizeof f0},
    {"leaky-messages", "messages.csv", f1, sizeof f1},
    {"mini-news", "it-life-hack/it-life-hack-1031766.txt", f2, sizeof f2},
    {"mini-news", "it-life-hack/it-life-hack-1034794.txt", f3, sizeof f3},
    {"mini-news", "it-life-hack/it-life-hack-1130441.txt", f4, sizeof f4},
    {"mini-news", "it-life-hack/it-life-hack-1191148.txt", f5, sizeof f5},
    {"mini-news", "it-life-hack/it-life-hack-1429483.txt", f6, sizeof f6},
    {"mini-news", "it-life-hack/it-life-hack-1528516.txt", f7, sizeof f7},
    {"mini-news", "it-life-hack/it-life-hack-1692968.txt", f8, sizeof f8},
    {"mini-news", "it-life-hack/it-life-hack-2123221.txt", f9, sizeof f9},
    {"mini-news", "it-life-hack/it-life-hack-2188189.txt", f10, sizeof f10},
    {"mini-news", "it-life-hack/it-life-hack-2452422.txt", f11, sizeof f11},
    {"mini-news", "it-life-hack/it-life-hack-2513953.txt", f12, sizeof f12},
    {"mini-news", "it-life-hack/it-life-hack-2540027.txt", f13, sizeof f13},
    {"mini-news", "it-life-hack/it-life-hack-3031542.txt", f14, sizeof f14},
    {"mini-news", "it-life-hack/it-life-hack-3211493.txt", f15, sizeof f15},
    {"mini-news", "it-life-hack/it-life-hack-3397708.txt", f16, sizeof f16},
    {"mini-news", "it-life-hack/it-life-hack-3528613.txt", f17, sizeof f17},
    {"mini-news", "it-life-hack/it-life-hack-3529261.txt", f18, sizeof f18},
    {"mini-news", "it-life-hack/it-life-hack-3786433.txt", f19, sizeof f19},
    {"mini-news", "it-life-hack/it-life-hack-3795849.txt", f20, sizeof f20},
    {"mini-news", "it-life-hack/it-life-hack-3809609.txt", f21, sizeof f21},
    {"mini-news", "it-life-hack/it-life-hack-3868977.txt", f22, sizeof f22},
    {"mini-news", "it-life-hack/it-life-hack-4469649.txt", f23, sizeof f23},
    {"mini-news", "it-life-hack/it-life-hack-4503530.txt", f24, sizeof f24},
    {"mini-news", "it-life-hack/it-life-hack-4523496.txt", f25, sizeof f25},
    {"mini-news", "it-life-hack/it-life-hack-4754522.txt", f26, sizeof f26},
    {"mini-news", "it-life-hack/it-life-hack-4816231.txt", f27, sizeof f27},
    {"mini-news", "it-life-hack/it-life-hack-4876105.txt", f28, sizeof f28},
    {"mini-news", "it-life-hack/it-life-hack-4896840.txt", f29, sizeof f29},
    {"mini-news", "it-life-hack/it-life-hack-5003240.txt", f30, sizeof f30},
    {"mini-news", "it-life-hack/it-life-hack-5179031.txt", f31, sizeof f31},
    {"mini-news", "it-life-hack/it-life-hack-5536192.txt", f32, sizeof f32},
    {"mini-news", "it-life-hack/it-life-hack-5597188.txt", f33, sizeof f33},
    {"mini-news", "it-life-hack/it-life-hack-5668173.txt", f34, sizeof f34},
    {"mini-news", "it-life-hack/it-life-hack-5765442.txt", f35, sizeof f35},
    {"mini-news", "it-life-hack/it-life-hack-6023378.txt", f36, sizeof f36},
    {"mini-news", "it-life-hack/it-life-hack-6072250.txt", f37, sizeof f37},
    {"mini-news", "it-life-hack/it-life-hack-6145996.txt", f38, sizeof f38},
    {"mini-news", "it-life-hack/it-life-hack-6168139.txt", f39, sizeof f39},
    {"mini-news", "it-life-hack/it-life-hack-6299905.txt", f40, sizeof f40},
    {"mini-news", "it-life-hack/it-life-hack-6439018.txt", f41, sizeof f41},
    {"mini-news", "it-life-hack/it-life-hack-6509550.txt", f42, sizeof f42},
    {"mini-news", "it-life-hack/it-life-hack-6573473.txt", f43, sizeof f43},
    {"mini-news", "it-life-hack/it-life-hack-6693480.txt", f44, sizeof f44},
    {"mini-news", "it-life-hack/it-life-hack-6748905.txt", f45, sizeof f45},
    {"mini-news", "it-life-hack/it-life-hack-7060656.txt", f46, sizeof f46},
    {"mini-news", "it-life-hack/it-life-hack-7207603.txt", f47, sizeof f47},
    {"mini-news", "it-life-hack/it-life-hack-7485461.txt", f48, sizeof f48},
    {"mini-news", "it-life-hack/it-life-hack-7703239.txt", f49, sizeof f49},
    {"mini-news", "it-life-hack/it-life-hack-7714413.txt", f50, sizeof f50},
    {"mini-news", "it-life-hack/it-life-hack-7941435.txt", f51, sizeof f51},
    {"mini-news", "it-life-hack/it-life-hack-8057567.txt", f52, sizeof f52},
    {"mini-news", "it-life-hack/it-life-hack-8061244.txt", f53, sizeof f53},
    {"mini-news", "it-life-hack/it-life-hack-8457688.txt", f54, sizeof f54},
    {"mini-news", "it-life-hack/it-life-hack-8790913.txt", f55, sizeof f55},
    {"mini-news", "it-life-hack/it-life-hack-8993418.txt", f56, sizeof f56},
    {"mini-news", "it-life-hack/it-life-hack-9105060.txt", f57, sizeof f57},
    {"mini-news", "it-life-hack/it-life-hack-9158946.txt", f58, sizeof f58},
    {"mini-news", "it-life-hack/it-life-hack-9649758.txt", f59, sizeof f59},
    {"mini-news", "it-life-hack/it-life-hack-9653704.txt", f60, sizeof f60},
    {"mini-news", "it-life-hack/it-life-hack-9812455.txt", f61, sizeof f61},
    {"mini-news", "kaden-channel/kaden-channel-1436387.txt", f62, sizeof f62},
    {"mini-news", "kaden-channel/kaden-channel-1488982.txt", f63, sizeof f63},
    {"mini-news", "kaden-channel/kaden-channel-1539999.txt", f64, sizeof f64},
    {"mini-news", "kaden-channel/kaden-channel-1559013.txt", f65, sizeof f65},
    {"mini-news", "kaden-channel/kaden-channel-1598644.txt", f66, sizeof f66},
    {"mini-news", "kaden-channel/kaden-channel-1725387.txt", f67, sizeof f67},
    {"mini-news", "kaden-channel/kaden-channel-1948657.txt", f68, sizeof f68},
    {"mini-news", "kaden-channel/kaden-channel-2080276.txt", f69, sizeof f69},
    {"mini-news", "kaden-channel/kaden-channel-2438091.txt", f70, sizeof f70},
    {"mini-news", "kaden-channel/kaden-channel-2477183.txt", f71, sizeof f71},
    {"mini-news", "kaden-channel/kaden-channel-2737871.txt", f72, sizeof f72},
    {"mini-news", "kaden-channel/kaden-channel-2919209.txt", f73, sizeof f73},
    {"mini-news", "kaden-channel/kaden-channel-3194850.txt", f74, sizeof f74},
    {"mini-news", "kaden-channel/kaden-channel-3220566.txt", f75, sizeof f75},
    {"mini-news", "kaden-channel/kaden-channel-3243130.txt", f76, sizeof f76},
    {"mini-news", "kaden-channel/kaden-channel-3342313.txt", f77, sizeof f77},
    {"mini-news", "kaden-channel/kaden-channel-3344245.txt", f78, sizeof f78},
    {"mini-news", "kaden-channel/kaden-channel-3686045.txt", f79, sizeof f79},
    {"mini-news", "kaden-channel/kaden-channel-3695699.txt", f80, sizeof f80},
    {"mini-news", "kaden-channel/kaden-channel-3773105.txt", f81, sizeof f81},
    {"mini-news", "kaden-channel/kaden-channel-3886997.txt", f82, sizeof f82},
    {"mini-news", "kaden-channel/kaden-channel-4171381.txt", f83, sizeof f83},
    {"mini-news", "kaden-channel/kaden-channel-4201632.txt", f84, sizeof f84},
    {"mini-news", "kaden-channel/kaden-channel-4213104.txt", f85, sizeof f85},
    {"mini-news", "kaden-channel/kaden-channel-4411734.txt", f86, sizeof f86},
    {"mini-news", "kaden-channel/kaden-channel-4503491.txt", f87, sizeof f87},
    {"mini-news", "kaden-channel/kaden-channel-4613759.txt", f88, sizeof f88},
    {"mini-news", "kaden-channel/kaden-channel-4614465.txt", f89, sizeof f89},
    {"mini-news", "kaden-channel/kaden-channel-4749679.txt", f90, sizeof f90},
    {"mini-news", "kaden-channel/kaden-channel-4875767.txt", f91, sizeof f91},
    {"mini-news", "kaden-channel/kaden-channel-4880557.txt", f92, sizeof f92},
    {"mini-news", "kaden-channel/kaden-channel-4887016.txt", f93, sizeof f93},
    {"mini-news", "kaden-channel/kaden-channel-5171691.txt", f94, sizeof f94},
    {"mini-news", "kaden-channel/kaden-channel-5224568.txt", f95, sizeof f95},
    {"mini-news", "kaden-channel/kaden-channel-6257367.txt", f96, sizeof f96},
    {"mini-news", "kaden-channel/kaden-channel-6302779.txt", f97, sizeof f97},
    {"mini-news", "kaden-channel/kaden-channel-6396229.txt", f98, sizeof f98},
    {"mini-news", "kaden-channel/kaden-channel-6737298.txt", f99, sizeof f99},
    {"mini-news", "kaden-channel/kaden-channel-6819085.txt", f100, sizeof f100},
    {"mini-news", "kaden-channel/kaden-channel-6933502.txt", f101, sizeof f101},
    {"mini-news", "kaden-channel/kaden-channel-7164036.txt", f102, sizeof f102},
    {"mini-news", "kaden-channel/kaden-channel-7213904.txt", f103, sizeof f103},
    {"mini-news", "kaden-channel/kaden-channel-7214342.txt", f104, sizeof f104},
    {"mini-news", "kaden-channel/kaden-channel-7594563.txt", f105, sizeof f105},
    {"mini-news", "kaden-channel/kaden-channel-7681785.txt", f106, sizeof f106},
    {"mini-news", "kaden-channel/kaden-channel-7695761.txt", f107, sizeof f107},
    {"mini-news", "kaden-channel/kaden-channel-7777397.txt", f108, sizeof f108},
    {"mini-news", "kaden-channel/kaden-channel-8044850.txt", f109, sizeof f109},
    {"mini-news", "kaden-channel/kaden-channel-8101775.txt", f110, sizeof f110},
    {"mini-news", "kaden-channel/kaden-channel-8111697.txt", f111, sizeof f111},
    {"mini-news", "kaden-channel/kaden-channel-8197705.txt", f112, sizeof f112},
    {"mini-news", "kaden-channel/kaden-channel-8547138.txt", f113, sizeof f113},
    {"mini-news", "kaden-channel/kaden-channel-8623027.txt", f114, sizeof f114},
    {"mini-news", "kaden-channel/kaden-channel-9026425.txt", f115, sizeof f115},
    {"mini-news", "kaden-channel/kaden-channel-9091632.txt", f116, sizeof f116},
    {"mini-news", "kaden-channel/kaden-channel-9351463.txt", f117, sizeof f117},
    {"mini-news", "kaden-channel/kaden-channel-9476337.txt", f118, sizeof f118},
    {"mini-news", "kaden-channel/kaden-channel-9617562.txt", f119, sizeof f119},
    {"mini-news", "kaden-channel/kaden-channel-9737425.txt", f120, sizeof f120},
    {"mini-news", "kaden-channel/kaden-channel-9827131.txt", f121, sizeof f121},
    {"mini-news", "movie-enter/movie-enter-1013979.txt", f122, sizeof f122},
    {"mini-news", "movie-enter/movie-enter-1103479.txt", f123, sizeof f123},
    {"mini-news", "movie-enter/movie-enter-1315508.txt", f124, sizeof f124},
    {"mini-news", "movie-enter/movie-enter-1552556.txt", f125, sizeof f125},
    {"mini-news", "movie-enter/movie-enter-2076519.txt", f126, sizeof f126},
    {"mini-news", "movie-enter/movie-enter-2229661.txt", f127, sizeof f127},
    {"mini-news", "movie-enter/movie-enter-2457547.txt", f128, sizeof f128},
    {"mini-news", "movie-enter/movie-enter-2582118.txt", f129, sizeof f129},
    {"mini-news", "movie-enter/movie-enter-2633464.txt", f130, sizeof f130},
    {"mini-news", "movie-enter/movie-enter-2677204.txt", f131, sizeof f131},
    {"mini-news", "movie-enter/movie-enter-3120052.txt", f132, sizeof f132},
    {"mini-news", "movie-enter/movie-enter-3237961.txt", f133, sizeof f133},
    {"mini-news", "movie-enter/movie-enter-3255766.txt", f134, sizeof f134},
    {"mini-news", "movie-enter/movie-enter-3297901.txt", f135, sizeof f135},
    {"mini-news", "movie-enter/movie-enter-3858393.txt", f136, sizeof f136},
    {"mini-news", "movie-enter/movie-enter-4096231.txt", f137, sizeof f137},
    {"mini-news", "movie-enter/movie-enter-4134547.txt", f138, sizeof f138},
    {"mini-news", "movie-enter/movie-enter-4233970.txt", f139, sizeof f139},
    {"mini-news", "movie-enter/movie-enter-4261213.txt", f140, sizeof f140},
    {"mini-news", "movie-enter/movie-enter-4458792.txt", f141, sizeof f141},
    {"mini-news", "movie-enter/movie-enter-4476274.txt", f142, sizeof f142},
    {"mini-news", "movie-enter/movie-enter-4504056.txt", f143, sizeof f143},
    {"mini-news", "movie-enter/movie-enter-4709597.txt", f144, sizeof f144},
    {"mini-news", "movie-enter/movie-enter-4790373.txt", f145, sizeof f145},
    {"mini-news", "movie-enter/movie-enter-4798451.txt", f146, sizeof f146},
    {"mini-news", "movie-enter/movie-enter-4900276.txt", f147, sizeof f147},
    {"mini-news", "movie-enter/movie-enter-4933495.txt", f148, sizeof f148},
    {"mini-news", "movie-enter/movie-enter-4981741.txt", f149, sizeof f149},
    {"mini-news", "movie-enter/movie-enter-5062289.txt", f150, sizeof f150},
    {"mini-news", "movie-enter/movie-enter-5158499.txt", f151, sizeof f151},
    {"mini-news", "movie-enter/movie-enter-5354904.txt", f152, sizeof f152},
    {"mini-news", "movie-enter/movie-enter-5454331.txt", f153, sizeof f153},
    {"mini-news", "movie-enter/movie-enter-5566891.txt", f154, sizeof f154},
    {"mini-news", "movie-enter/movie-enter-5822338.txt", f155, sizeof f155},
    {"mini-news", "movie-enter/movie-enter-5825100.txt", f156, sizeof f156},
    {"mini-news", "movie-enter/movie-enter-6022829.txt", f157, sizeof f157},
    {"mini-news", "movie-enter/movie-enter-6046011.txt", f158, sizeof f158},
    {"mini-news", "movie-enter/movie-enter-6069265.txt", f159, sizeof f159},
    {"mini-news", "movie-enter/movie-enter-6842825.txt", f160, sizeof f160},
    {"mini-news", "movie-enter/movie-enter-7216382.txt", f161, sizeof f161},
    {"mini-news", "movie-enter/movie-enter-7403272.txt", f162, sizeof f162},
    {"mini-news", "movie-enter/movie-enter-7669726.txt", f163, sizeof f163},
    {"mini-news", "movie-enter/movie-enter-7763253.txt", f164, sizeof f164},
    {"mini-news", "movie-enter/movie-enter-7860642.txt", f165, sizeof f165},
    {"mini-news", "movie-enter/movie-enter-8118124.txt", f166, sizeof f166},
    {"mini-news", "movie-enter/movie-enter-8559431.txt", f167, sizeof f167},
    {"mini-news", "movie-enter/movie-enter-8830881.txt", f168, sizeof f168},
    {"mini-news", "movie-enter/movie-enter-8920551.txt", f169, sizeof f169},
    {"mini-news", "movie-enter/movie-enter-8988383.txt", f170, sizeof f170},
    {"mini-news", "movie-enter/movie-enter-9021315.txt", f171, sizeof f171},
    {"mini-news", "movie-enter/movie-enter-9115728.txt", f172, sizeof f172},
    {"mini-news", "movie-enter/movie-enter-9305752.txt", f173, sizeof f173},
    {"mini-news", "movie-enter/movie-enter-9339404.txt", f174, sizeof f174},
    {"mini-news", "movie-enter/movie-enter-9407082.txt", f175, sizeof f175},
    {"mini-news", "movie-enter/movie-enter-9444497.txt", f176, sizeof f176},
    {"mini-news", "movie-enter/movie-enter-9576282.txt", f177, sizeof f177},
    {"mini-news", "movie-enter/movie-enter-9670818.txt", f178, sizeof f178},
    {"mini-news", "movie-enter/movie-enter-9805902.txt", f179, sizeof f179},
    {"mini-news", "movie-enter/movie-enter-9938921.txt", f180, sizeof f180},
    {"mini-news", "movie-enter/movie-enter-9961222.txt", f181, sizeof f181},
    {"mini-news", "sports-watch/sports-watch-1048600.txt", f182, sizeof f182},
    {"mini-news", "sports-watch/sports-watch-1637062.txt", f183, sizeof f183},
    {"mini-news", "sports-watch/sports-watch-1691758.txt", f184, sizeof f184},
    {"mini-news", "sports-watch/sports-watch-1844053.txt", f185, sizeof f185},
    {"mini-news", "sports-watch/sports-watch-2251361.txt", f186, sizeof f186},
    {"mini-news", "sports-watch/sports-watch-2394009.txt", f187, sizeof f187},
    {"mini-news", "sports-watch/sports-watch-2467053.txt", f188, sizeof f188},
    {"mini-news", "sports-watch/sports-watch-2565660.txt", f189, sizeof f189},
    {"mini-news", "sports-watch/sports-watch-2639571.txt", f190, sizeof f190},
    {"mini-news", "sports-watch/sports-watch-2678220.txt", f191, sizeof f191},
    {"mini-news", "sports-watch/sports-watch-2707487.txt", f192, sizeof f192},
    {"mini-news", "sports-watch/sports-watch-2727630.txt", f193, sizeof f193},
    {"mini-news", "sports-watch/sports-watch-3012893.txt", f194, sizeof f194},
    {"mini-news", "sports-watch/sports-watch-3087677.txt", f195, sizeof f195},
    {"mini-news", "sports-watch/sports-watch-3192548.txt", f196, sizeof f196},
    {"mini-news", "sports-watch/sports-watch-3217380.txt", f197, sizeof f197},
    {"mini-news", "sports-watch/sports-watch-3385943.txt", f198, sizeof f198},
    {"mini-news", "sports-watch/sports-watch-3619585.txt", f199, sizeof f199},
    {"mini-news", "sports-watch/sports-watch-3810651.txt", f200, sizeof f200},
    {"mini-news", "sports-watch/sports-watch-3811255.txt", f201, sizeof f201},
    {"mini-news", "sports-watch/sports-watch-4027404.txt", f202, sizeof f202},
    {"mini-news", "sports-watch/sports-watch-4069980.txt", f203, sizeof f203},
    {"mini-news", "sports-watch/sports-watch-4292182.txt", f204, sizeof f204},
    {"mini-news", "sports-watch/sports-watch-4320255.txt", f205, sizeof f205},
    {"mini-news", "sports-watch/sports-watch-4685707.txt", f206, sizeof f206},
    {"mini-news", "sports-watch/sports-watch-4746565.txt", f207, sizeof f207},
    {"mini-news", "sports-watch/sports-watch-4815282.txt", f208, sizeof f208},
    {"mini-news", "sports-watch/sports-watch-4852425.txt", f209, sizeof f209},
    {"mini-news", "sports-watch/sports-watch-4937448.txt", f210, sizeof f210},
    {"mini-news", "sports-watch/sports-watch-4980343.txt", f211, sizeof f211},
    {"mini-news", "sports-watch/sports-watch-5435300.txt", f212, sizeof f212},
    {"mini-news", "sports-watch/sports-watch-5617044.txt", f213, sizeof f213},
    {"mini-news", "sports-watch/sports-watch-5641278.txt", f214, sizeof f214},
    {"mini-news", "sports-watch/sports-watch-5667452.txt", f215, sizeof f215},
    {"mini-news", "sports-watch/sports-watch-5747474.txt", f216, sizeof f216},
    {"mini-news", "sports-watch/sports-watch-5766224.txt", f217, sizeof f217},
    {"mini-news", "sports-watch/sports-watch-5881522.txt", f218, sizeof f218},
    {"mini-news", "sports-watch/sports-watch-5974255.txt", f219, sizeof f219},
    {"mini-news", "sports-watch/sports-watch-6272657.txt", f220, sizeof f220},
    {"mini-news", "sports-watch/sports-watch-6343763.txt", f221, sizeof f221},
    {"mini-news", "sports-watch/sports-watch-6345031.txt", f222, sizeof f222},
    {"mini-news", "sports-watch/sports-watch-6645427.txt", f223, sizeof f223},
    {"mini-news", "sports-watch/sports-watch-6845257.txt", f224, sizeof f224},
    {"mini-news", "sports-watch/sports-watch-7409067.txt", f225, sizeof f225},
    {"mini-news", "sports-watch/sports-watch-7425243.txt", f226, sizeof f226},
    {"mini-news", "sports-watch/sports-watch-7543975.txt", f227, sizeof f227},
    {"mini-news", "sports-watch/sports-watch-7707447.txt", f228, sizeof f228},
    {"mini-news", "sports-watch/sports-watch-7749991.txt", f229, sizeof f229},
    {"mini-news", "sports-watch/sports-watch-7822328.txt", f230, sizeof f230},
    {"mini-news", "sports-watch/sports-watch-8025703.txt", f231, sizeof f231},
    {"mini-news", "sports-watch/sports-watch-8226097.txt", f232, sizeof f232},
    {"mini-news", "sports-watch/sports-watch-8399225.txt", f233, sizeof f233},
    {"mini-news", "sports-watch/sports-watch-8703546.txt", f234, sizeof f234},
    {"mini-news", "sports-watch/sports-watch-8770953.txt", f235, sizeof f235},
    {"mini-news", "sports-watch/sports-watch-9051922.txt", f236, sizeof f236},
    {"mini-news", "sports-watch/sports-watch-9134263.txt", f237, sizeof f237},
    {"mini-news", "sports-watch/sports-watch-9175209.txt", f238, sizeof f238},
    {"mini-news", "sports-watch/sports-watch-9471744.txt", f239, sizeof f239},
    {"mini-news", "sports-watch/sports-watch-9476689.txt", f240, sizeof f240},
    {"mini-news", "sports-watch/sports-watch-9943791.txt", f241, sizeof f241},
    {"mini-news", "topic-news/topic-news-1024919.txt", f242, sizeof f242},
    {"mini-news", "topic-news/topic-news-1214273.txt", f243, sizeof f243},
    {"mini-news", "topic-news/topic-news-1260024.txt", f244, sizeof f244},
    {"mini-news", "topic-news/topic-news-1315536.txt", f245, sizeof f245},
    {"mini-news", "topic-news/topic-news-1474980.txt", f246, sizeof f246},
    {"mini-news", "topic-news/topic-news-1698479.txt", f247, sizeof f247},
    {"mini-news", "topic-news/topic-news-1874706.txt", f248, sizeof f248},
    {"mini-news", "topic-news/topic-news-1875480.txt", f249, sizeof f249},
    {"mini-news", "topic-news/topic-news-1956388.txt", f250, sizeof f250},
    {"mini-news", "topic-news/topic-news-2242895.txt", f251, sizeof f251},
    {"mini-news", "topic-news/topic-news-2442309.txt", f252, sizeof f252},
    {"mini-news", "topic-news/topic-news-2442616.txt", f253, sizeof f253},
    {"mini-news", "topic-news/topic-news-2644365.txt", f254, sizeof f254},
    {"mini-news", "topic-news/topic-news-2748776.txt", f255, sizeof f255},
    {"mini-news", "topic-news/topic-news-2794786.txt", f256, sizeof f256},
    {"mini-news", "topic-news/topic-news-3032670.txt", f257, sizeof f257},
    {"mini-news", "topic-news/topic-news-3101982.txt", f258, sizeof f258},
    {"mini-news", "topic-news/topic-news-3108471.txt", f259, sizeof f259},
    {"mini-news", "topic-news/topic-news-3268977.txt", f260, sizeof f260},
    {"mini-news", "topic-news/topic-news-3305653.txt", f261, sizeof f261},
    {"mini-news", "topic-news/topic-news-3628821.txt", f262, sizeof f262},
    {"mini-news", "topic-news/topic-news-3828588.txt", f263, sizeof f263},
    {"mini-news", "topic-news/topic-news-4097311.txt", f264, sizeof f264},
    {"mini-news", "topic-news/topic-news-4120783.txt", f265, sizeof f265},
    {"mini-news", "topic-news/topic-news-4330564.txt", f266, sizeof f266},
    {"mini-news", "topic-news/topic-news-4354325.txt", f267, sizeof f267},
    {"mini-news", "topic-news/topic-news-4472968.txt", f268, sizeof f268},
    {"mini-news", "topic-news/topic-news-4602981.txt", f269, sizeof f269},
    {"mini-news", "topic-news/topic-news-4613768.txt", f270, sizeof f270},
    {"mini-news", "topic-news/topic-news-4623690.txt", f271, sizeof f271},
    {"mini-news", "topic-news/topic-news-4707827.txt", f272, sizeof f272},
    {"mini-news", "topic-news/topic-news-4866109.txt", f273, sizeof f273},
    {"mini-news", "topic-news/topic-news-5030767.txt", f274, sizeof f274},
    {"mini-news", "topic-news/topic-news-5300749.txt", f275, sizeof f275},
    {"mini-news", "topic-news/topic-news-6484746.txt", f276, sizeof f276},
    {"mini-news", "topic-news/topic-news-6498709.txt", f277, sizeof f277},
    {"mini-news", "topic-news/topic-news-6536562.txt", f278, sizeof f278},
    {"mini-news", "topic-news/topic-news-6616723.txt", f279, sizeof f279},
    {"mini-news", "topic-news/topic-news-6899152.txt", f280, sizeof f280},
    {"mini-news", "topic-news/topic-news-7109911.txt", f281, sizeof f281},
    {"mini-news", "topic-news/topic-news-7558359.txt", f282, sizeof f282},
    {"mini-news", "topic-news/topic-news-7633600.txt", f283, sizeof f283},
    {"mini-news", "topic-news/topic-news-7640298.txt", f284, sizeof f284},
    {"mini-news", "topic-news/topic-news-7653666.txt", f285, sizeof f285},
    {"mini-news", "topic-news/topic-news-7660702.txt", f286, sizeof f286},
    {"mini-news", "topic-news/topic-news-7912537.txt", f287, sizeof f287},
    {"mini-news", "topic-news/topic-news-7919603.txt", f288, sizeof f288},
    {"mini-news", "topic-news/topic-news-8088227.txt", f289, sizeof f289},
    {"mini-news", "topic-news/topic-news-8100592.txt", f290, sizeof f290},
    {"mini-news", "topic-news/topic-news-8245359.txt", f291, sizeof f291},
    {"mini-news", "topic-news/topic-news-8575663.txt", f292, sizeof f292},
    {"mini-news", "topic-news/topic-news-8664920.txt", f293, sizeof f293},
    {"mini-news", "topic-news/topic-news-8765093.txt", f294, sizeof f294},
    {"mini-news", "topic-news/topic-news-8924708.txt", f295, sizeof f295},
    {"mini-news", "topic-news/topic-news-9272543.txt", f296, sizeof f296},
    {"mini-news", "topic-news/topic-news-9482878.txt", f297, sizeof f297},
    {"mini-news", "topic-news/topic-news-9495187.txt", f298, sizeof f298},
    {"mini-news", "topic-news/topic-news-9651133.txt", f299, sizeof f299},
    {"mini-news", "topic-news/topic-news-9719585.txt", f300, sizeof f300},
    {"mini-news", "topic-news/topic-news-9869708.txt", f301, sizeof f301},
    {"support-messages", "messages.csv", f302, sizeof f302},
};
const size_t gnb_data_file_count = sizeof files / sizeof files[0];
const struct gnb_data_file *gnb_data_file(size_t index) {
  return index < gnb_data_file_count ? &files[index] : 0;
}
